/* Linked charts: one range of time for all charts of a page, in its URL; one cursor over them. */
(function () {
  'use strict';

  var bar = document.querySelector('[data-timebar]');
  if (!bar || !window.uPlot) return;

  var PERIOD = Number(document.body.dataset.refreshMs) || 5000;
  var AT_ONCE = 4;             // questions under way: the server has other readers
  var SHORTEST = 10000;
  var LONGEST = 3660 * 86400000;
  var DAY = 86400000;
  var SHIFTS = { '1d': DAY, '1w': 7 * DAY };
  var skew = gap(Date.parse(document.body.dataset.now || ''));
  var state = null;            // name of a relative range or '', from, to, compare
  var charts = [];
  var waiting = [], asking = 0;
  var moment = null;           // where the cursor is, in ms

  function all(selector, root) { return Array.from((root || document).querySelectorAll(selector)); }
  function one(selector, root) { return (root || document).querySelector(selector); }
  function gap(serverTime) {
    var found = serverTime - Date.now();
    return Math.abs(found) > 2000 ? found : 0;
  }
  function now() { return Date.now() + skew; }
  function two(n) { return String(n).padStart(2, '0'); }
  function write(element, text) { if (element && element.textContent !== text) element.textContent = text; }
  function make(tag, className, text) {
    var element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  }

  /* ---- Times and numbers, as in the rest of the product ---- */
  function day(d) { return d.getFullYear() + '-' + two(d.getMonth() + 1) + '-' + two(d.getDate()); }
  function clock(d, seconds) { return two(d.getHours()) + ':' + two(d.getMinutes()) + (seconds ? ':' + two(d.getSeconds()) : ''); }
  function stamp(ms) { var d = new Date(ms); return day(d) + ' ' + clock(d, true); }
  function lasting(s) {
    if (s < 7200) return Math.round(s / 60) + ' min';
    return s < 172800 ? Math.round(s / 360) / 10 + ' h' : Math.round(s / 8640) / 10 + ' d';
  }
  function figure(value, unit) {
    if (value === null || value === undefined) return '–';
    if (unit === 'bytes' || unit === 'bytes/s') {
      var step = value ? Math.min(5, Math.max(0, Math.floor(Math.log2(Math.abs(value)) / 10))) : 0;
      var size = value / Math.pow(1024, step);
      return size.toFixed(step && !Number.isInteger(size) ? 1 : 0) + ' ' + ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'][step] + unit.slice(5);
    }
    var large = Math.abs(value);
    if (unit === 's' && large >= 120) return lasting(value);
    var text = large >= 100 || Number.isInteger(value) ? Math.round(value).toLocaleString('en-GB') :
      large >= 0.1 ? value.toFixed(1) : Number(value.toPrecision(2)).toString();
    return unit && unit !== 'count' ? text + ' ' + (unit === 'percent' ? '%' : unit) : text;
  }

  /* ---- The range: in the URL, and from there everywhere ---- */
  function lengthOf(name) {
    var link = one('[data-to-range="' + name + '"]', bar);
    return link ? Number(link.dataset.lengthMs) : 0;
  }
  function shown(s) {
    var end = s.name ? now() : s.to;
    return { from: s.name ? end - lengthOf(s.name) : s.from, to: end };
  }
  function moved(from, to) {
    var start = Math.max(0, Math.round(from));
    return { name: '', from: start, to: Math.max(start + SHORTEST, Math.round(to)), compare: state.compare };
  }
  function step(kind) {
    var span = shown(state), length = span.to - span.from, end = Math.max(now(), span.to);
    if (kind === 'earlier') return moved(span.from - length / 2, span.to - length / 2);
    if (kind === 'later') {
      var by = Math.min(length / 2, end - span.to);
      return moved(span.from + by, span.to + by);
    }
    if (kind === 'narrower') return zoomed(span, 0.5);
    return zoomed(span, 2);
  }
  function zoomed(span, factor, around) {
    var length = span.to - span.from, wanted = Math.min(Math.max(length * factor, SHORTEST), LONGEST);
    var middle = around === undefined ? (span.from + span.to) / 2 : around;
    var share = (middle - span.from) / length;
    var to = Math.min(middle + wanted * (1 - share), Math.max(now(), span.to));
    return moved(to - wanted, to);
  }
  function parameters(s, base) {
    var found = new URLSearchParams(base || location.search);
    ['range', 'from', 'to', 'compare'].forEach(function (name) { found.delete(name); });
    if (s.name) found.set('range', s.name);
    else { found.set('from', s.from); found.set('to', s.to); }
    if (s.compare) found.set('compare', s.compare);
    return found;
  }
  function addressOf(s) { return location.pathname + '?' + parameters(s); }
  function fromBar() {
    var d = bar.dataset;
    return { name: d.range, from: Number(d.fromMs), to: Number(d.toMs), compare: d.compare };
  }
  function inMs(text) { return /^\d+$/.test(text || '') ? Number(text) : Date.parse(text); }
  function fromAddress() {
    var given = new URLSearchParams(location.search), compare = given.get('compare') || '';
    if (!given.get('from')) return { name: given.get('range') || '1h', from: 0, to: 0, compare: compare };
    return { name: '', from: inMs(given.get('from')), to: inMs(given.get('to')), compare: compare };
  }
  function apply(next, keeps) {
    state = next;
    if (!keeps) history.pushState({ charts: true }, '', addressOf(next));
    tellRange();
    waiting = [];
    charts.forEach(function (chart) {
      if (chart.question) chart.question.abort();
      chart.etag = null;
      chart.due = 0;
      chart.picked = null;
      preview(chart);
    });
    refresh();
  }
  function tellRange() {
    all('[data-to-range]', bar).forEach(function (link) {
      mark(link, link.dataset.toRange === state.name);
      link.href = addressOf({ name: link.dataset.toRange, compare: state.compare });
    });
    all('[data-compare-with]', bar).forEach(function (link) {
      mark(link, link.dataset.compareWith === state.compare);
      link.href = addressOf(Object.assign({}, state, { compare: link.dataset.compareWith }));
    });
    all('[data-move]', bar).forEach(function (link) { link.href = addressOf(step(link.dataset.move)); });
    all('[data-keeps-range]').forEach(function (link) {
      var url = new URL(link.href);
      link.href = url.pathname + '?' + parameters(state, url.search);
    });
    var link = one('[data-to-range="' + state.name + '"]', bar);
    write(one('[data-shown]', bar), link ? link.title + ', live' : stamp(state.from) + ' to ' + stamp(state.to));
  }
  function mark(link, on) {
    if (on) link.setAttribute('aria-current', 'true'); else link.removeAttribute('aria-current');
  }

  /* ---- Asking: what is in view, a few at a time, and again only when there can be news ---- */
  function refresh() {
    if (document.hidden) return;
    charts.forEach(function (chart) {
      var asks = chart.inView && !chart.question && waiting.indexOf(chart) < 0;
      if (asks && !isHeld(chart) && Date.now() >= chart.due) waiting.push(chart);
    });
    next();
  }
  function isHeld(chart) { return Boolean(chart.plot && chart.plot.select.width > 0); }
  function next() {
    while (asking < AT_ONCE && waiting.length) ask(waiting.shift());
  }
  function ask(chart) {
    var given = parameters(state, '');
    given.set('points', Math.min(1200, Math.max(100, Math.round(chart.box.clientWidth / 75) * 50)));
    (chart.picked || (chart.box.dataset.pick || '').split(',').filter(Boolean)).forEach(function (id) { given.append('pick', id); });
    var question = chart.question = new AbortController();
    asking += 1;
    fetch(chart.box.dataset.src + '?' + given, { headers: { Accept: 'application/json' }, credentials: 'same-origin', signal: question.signal })
      .then(function (answer) { return take(chart, answer); })
      .catch(function (error) { if (error.name !== 'AbortError') fail(chart); })
      .finally(function () {
        asking -= 1;
        if (chart.question === question) chart.question = null;
        next();
      });
  }
  function take(chart, answer) {
    if (!answer.ok || (answer.headers.get('Content-Type') || '').indexOf('json') < 0) throw new Error(answer.status);
    chart.failed = 0;
    var etag = answer.headers.get('ETag');
    if (etag && etag === chart.etag) { chart.due = Date.now() + PERIOD; return null; }
    return answer.json().then(function (found) {
      chart.etag = etag;
      chart.due = state.name ? Date.now() + Math.max(PERIOD, found.fresh_ms) - 200 : Infinity;
      if (found.total > found.series.length && !chart.picked) chart.picked = found.series.map(function (s) { return s.id; });
      chart.found = found;
      paint(chart);
    });
  }
  function fail(chart) {
    chart.failed = (chart.failed || 0) + 1;
    chart.due = Date.now() + PERIOD * Math.min(Math.pow(2, chart.failed), 12);
    if (!chart.plot) note(chart, 'The numbers could not be read. Trying again by itself.');
    else write(chart.words, 'The numbers could not be read just now.');
  }

  /* ---- From the answer to columns ---- */
  function bridged(values, places) {
    if (!places) return values;
    var found = values.slice(), last = -1;
    for (var i = 0; i < found.length; i += 1) {
      if (found[i] === null) continue;
      if (last >= 0 && i - last - 1 <= places) for (var k = last + 1; k < i; k += 1) found[k] = undefined;
      last = i;
    }
    return found;
  }
  function columns(chart) {
    var found = chart.found, count = found.series.length ? found.series[0].values.length : 0, times = [];
    for (var i = 0; i < count; i += 1) times.push((found.start_ms + i * found.step_ms) / 1000);
    var data = [times], parts = [];
    function add(values, places, part) { data.push(bridged(values, places)); parts.push(part); }
    var stack = chart.stacked ? stacked(chart) : null;
    found.series.forEach(function (s, i) {
      if (s.low && !stack) {
        add(s.high, s.bridge, { line: i, kind: 'high' });
        add(s.low, s.bridge, { line: i, kind: 'low' });
      }
    });
    found.series.forEach(function (s, i) { if (s.before && !stack) add(s.before, s.before_bridge, { line: i, kind: 'before' }); });
    found.series.forEach(function (s, i) { add(stack ? stack[i] : s.values, s.bridge, { line: i, kind: 'mean' }); });
    return { data: data, parts: parts };
  }
  function stacked(chart) {
    var sums = null;
    return chart.found.series.map(function (s, i) {
      if (!chart.hidden[s.id]) {
        sums = s.values.map(function (v, k) {
          var below = sums ? sums[k] : null;
          return v === null ? below : v + (below || 0);
        });
        return sums;
      }
      return s.values.map(function () { return null; });
    });
  }

  /* ---- Drawing ---- */
  function colours(box) {
    var probe = make('i'), found = {};
    box.append(probe);
    ['muted', 'line', 'surface', 'series-1', 'series-2', 'series-3', 'series-4', 'series-5'].forEach(function (name) {
      probe.style.color = 'var(--' + name + ')';
      found[name] = getComputedStyle(probe).color;
    });
    probe.remove();
    return found;
  }
  function faded(colour, share) {
    var parts = colour.match(/[\d.]+/g);
    return 'rgba(' + parts[0] + ',' + parts[1] + ',' + parts[2] + ',' + share + ')';
  }
  function note(chart, text) { write(chart.note, text); chart.note.hidden = !text; }
  function shapeOf(chart) {
    return JSON.stringify([chart.found.series.map(function (s) { return [s.id, s.unit, Boolean(s.low), Boolean(s.before)]; })]);
  }
  function paint(chart) {
    var found = chart.found, told = found.series.some(function (s) { return s.values.some(function (v) { return v !== null; }); });
    note(chart, told ? '' : 'No readings in this time.');
    write(chart.words, told ? words(found) : '');
    if (!found.series.length) { drop(chart); tellLines(chart); fillTable(chart); return; }
    var drawn = columns(chart), shape = shapeOf(chart);
    chart.span = [found.from_ms / 1000, found.to_ms / 1000];
    if (chart.plot && chart.shape === shape) chart.plot.setData(drawn.data);
    else {
      drop(chart);
      chart.shape = shape;
      chart.parts = drawn.parts;
      chart.plot = new window.uPlot(options(chart), drawn.data, chart.box);
      chart.plot.over.addEventListener('dblclick', function () { apply(step('wider')); });
      chart.plot.over.addEventListener('click', function () { if (moment && chart.plot.select.width === 0) tellProcesses(moment, true); });
      tellLines(chart);
    }
    tellValues(chart);
    fillTable(chart);
  }
  function words(found) {
    var band = found.series.some(function (s) { return s.low; });
    var part = found.total > found.series.length ? found.series.length + ' of ' + found.total + ' lines; m' : 'M';
    return part + found.words.slice(1) + (band ? ', lowest to highest shaded' : '');
  }
  function drop(chart) {
    if (chart.plot) chart.plot.destroy();
    chart.plot = null;
    chart.shape = '';
  }
  function preview(chart) {  // what is there already, moved at once; the answer follows
    var span = shown(state);
    chart.span = [span.from / 1000, span.to / 1000];
    if (chart.plot) chart.plot.setScale('x', { min: chart.span[0], max: chart.span[1] });
  }
  function unitsOf(chart) {
    return chart.found.series.map(function (s) { return s.unit; }).filter(function (u, i, list) { return list.indexOf(u) === i; });
  }
  function scaleOf(unit) { return 'y ' + unit; }
  function options(chart) {
    var ink = chart.ink = colours(chart.box), units = unitsOf(chart), scales = { x: { time: true, range: function () { return chart.span; } } };
    units.forEach(function (unit) { scales[scaleOf(unit)] = { range: function (_, low, high) { return ends(chart, low, high); } }; });
    var axis = { stroke: ink.muted, font: '12px ' + getComputedStyle(chart.box).fontFamily, grid: { stroke: ink.line, width: 1 }, ticks: { stroke: ink.line, width: 1, size: 4 }, gap: 4 };
    return {
      width: chart.box.clientWidth, height: chart.height, legend: { show: false }, padding: [8, 22, 0, 0],
      focus: { alpha: 0.2 },
      cursor: {
        y: false, drag: { x: true, y: false, setScale: false, dist: 4 }, points: { size: 7 },
        sync: { key: 'page', setSeries: false, scales: ['x', null], filters: { pub: function (type) { return type !== 'mousedown' && type !== 'mouseup' && type !== 'dblclick'; } } }
      },
      scales: scales,
      axes: [Object.assign({ values: timesOnAxis, space: 70, size: function (_, texts) { return (texts || []).join('').indexOf('\n') < 0 ? 30 : 44; } }, axis)].concat(units.slice(0, 2).map(function (unit, i) {
        return Object.assign({ scale: scaleOf(unit), side: i ? 1 : 3, size: chart.box.clientWidth < 420 ? 62 : 78, space: 36, values: function (_, ticks) { return ticks.map(function (t) { return figure(t, unit); }); } },
          unit.indexOf('bytes') === 0 ? { incrs: powers() } : {}, axis, i ? { grid: { show: false } } : {});
      })),
      series: [{}].concat(chart.parts.map(function (part) { return seriesOf(chart, part, ink); })),
      bands: bandsOf(chart, ink),
      hooks: {
        setSelect: [function (plot) { select(plot); }],
        setCursor: [function (plot) { point(chart, plot); }],
        draw: [function (plot) { drawTags(chart, plot); }]
      }
    };
  }
  function ends(chart, low, high) {
    if (chart.ceiling) return [0, Math.max(chart.ceiling, high || 0)];
    if (high === null || high === undefined) return [0, 1];
    return [Math.min(0, low), high > 0 ? high * 1.08 : high || 1];
  }
  function powers() {
    var found = [];
    for (var i = 0; i < 60; i += 1) found.push(Math.pow(2, i));
    return found;
  }
  function colourOf(ink, line) { return ink['series-' + (line % 5 + 1)]; }
  function seriesOf(chart, part, ink) {
    var s = chart.found.series[part.line], colour = colourOf(ink, part.line), shows = !chart.hidden[s.id];
    var found = { label: s.label, scale: scaleOf(s.unit), show: shows, points: { show: false } };
    if (part.kind === 'high' || part.kind === 'low') return Object.assign(found, { stroke: 'transparent', width: 0 });
    if (part.kind === 'before') return Object.assign(found, { stroke: faded(colour, 0.6), width: 1.25, dash: [4, 4] });
    return Object.assign(found, {
      stroke: colour, width: 1.5, dash: part.line > 9 ? [2, 3] : part.line > 4 ? [8, 4] : undefined,
      fill: chart.stacked && part.line === 0 ? faded(colour, 0.35) : undefined,
      points: { show: false, size: 4, fill: colour, filter: alone }
    });
  }
  function alone(plot, line) {  // a value between two gaps is no line, so it gets a dot
    var values = plot.data[line], found = [];
    function empty(at) { return values[at] === null || at < 0 || at >= values.length; }
    values.forEach(function (v, at) { if (v !== null && v !== undefined && empty(at - 1) && empty(at + 1)) found.push(at); });
    return found;
  }
  function indexOf(chart, line, kind) {
    for (var i = 0; i < chart.parts.length; i += 1) if (chart.parts[i].line === line && chart.parts[i].kind === kind) return i + 1;
    return 0;
  }
  function bandsOf(chart, ink) {
    var found = [];
    chart.found.series.forEach(function (s, line) {
      var high = indexOf(chart, line, 'high');
      if (high) found.push({ series: [high, indexOf(chart, line, 'low')], fill: faded(colourOf(ink, line), 0.18) });
      if (chart.stacked && line > 0) found.push({ series: [indexOf(chart, line, 'mean'), indexOf(chart, line - 1, 'mean')], fill: faded(colourOf(ink, line), 0.35) });
    });
    return found;
  }
  function timesOnAxis(plot, ticks, _axis, _space, step) {
    var before = '';
    return ticks.map(function (tick) {
      var d = new Date(tick * 1000), date = step > 86400 * 27 ? day(d).slice(0, 7) : two(d.getMonth() + 1) + '-' + two(d.getDate());
      if (step >= 86400) return date;
      var text = clock(d, step < 60);
      var wide = plot.scales.x.max - plot.scales.x.min > 64800 && date !== before;
      before = date;
      return wide ? text + '\n' + date : text;
    });
  }
  /* A number at the end of each line, and beside its name: colour alone tells nobody apart. */
  function drawTags(chart, plot) {
    if (chart.found.series.length < 2) return;
    var ratio = window.devicePixelRatio || 1, apart = 12 * ratio, box = plot.bbox, tags = [];
    chart.found.series.forEach(function (s, line) {
      var column = plot.data[indexOf(chart, line, 'mean')], at = lastKnown(column);
      if (!chart.hidden[s.id] && at >= 0) tags.push({ line: line, y: plot.valToPos(column[at], scaleOf(s.unit), true) });
    });
    tags.sort(function (a, b) { return a.y - b.y; });
    for (var i = 1; i < tags.length; i += 1) tags[i].y = Math.max(tags[i].y, tags[i - 1].y + apart);
    var below = box.top + box.height;
    for (i = tags.length - 1; i >= 0; i -= 1) { tags[i].y = Math.min(tags[i].y, below); below = tags[i].y - apart; }
    plot.ctx.save();
    plot.ctx.font = '600 ' + 11 * ratio + 'px ' + getComputedStyle(chart.box).fontFamily;
    plot.ctx.textBaseline = 'middle';
    plot.ctx.textAlign = 'left';
    tags.forEach(function (tag) {
      plot.ctx.fillStyle = colourOf(chart.ink, tag.line);
      plot.ctx.fillText(String(tag.line + 1), box.left + box.width + 5 * ratio, tag.y);
    });
    plot.ctx.restore();
  }
  function lastKnown(values) {
    for (var i = values.length - 1; i >= 0; i -= 1) if (values[i] !== null && values[i] !== undefined) return i;
    return -1;
  }

  /* ---- The names of the lines, with their values at the cursor ---- */
  function tellLines(chart) {
    chart.list.replaceChildren.apply(chart.list, chart.found.series.map(function (s, line) {
      var item = make('li'), button = make('button', ''), tag = make('b', 'line-' + (line % 5 + 1));
      button.type = 'button';
      button.setAttribute('aria-pressed', String(!chart.hidden[s.id]));
      tag.append(make('span', '', chart.found.series.length > 1 ? String(line + 1) : ''));
      button.append(tag, make('span', 'line-label', s.label), make('span', 'line-value'));
      button.addEventListener('click', function () { toggle(chart, s, button); });
      ['mouseenter', 'focus'].forEach(function (name) { button.addEventListener(name, function () { focus(chart, line); }); });
      ['mouseleave', 'blur'].forEach(function (name) { button.addEventListener(name, function () { focus(chart, null); }); });
      item.append(button);
      return item;
    }));
  }
  function toggle(chart, s, button) {
    chart.hidden[s.id] = !chart.hidden[s.id];
    button.setAttribute('aria-pressed', String(!chart.hidden[s.id]));
    if (chart.stacked) { chart.shape = ''; paint(chart); return; }
    var line = chart.found.series.indexOf(s);
    line = line < 0 ? chart.found.series.findIndex(function (other) { return other.id === s.id; }) : line;
    chart.parts.forEach(function (part, i) { if (part.line === line) chart.plot.setSeries(i + 1, { show: !chart.hidden[s.id] }); });
  }
  function focus(chart, line) {
    if (chart.plot && chart.found.series.length > 1) chart.plot.setSeries(line === null ? null : indexOf(chart, line, 'mean'), { focus: true });
  }
  function near(values, index, places) {
    for (var k = 0; k <= places; k += 1) {
      if (values[index - k] !== null && values[index - k] !== undefined) return index - k;
      if (values[index + k] !== null && values[index + k] !== undefined) return index + k;
    }
    return -1;
  }
  function valueText(s, index) {
    var at = index === null ? lastKnown(s.values) : near(s.values, index, s.bridge);
    if (at < 0) return '–';
    var text = figure(s.values[at], s.unit);
    if (index !== null && s.low && s.high[at] > s.low[at]) text += ' (' + figure(s.low[at], '') + ' to ' + figure(s.high[at], '') + ')';
    if (s.before) { var earlier = near(s.before, at, s.before_bridge); text += ', before ' + figure(earlier < 0 ? null : s.before[earlier], s.unit); }
    return text;
  }
  function tellValues(chart) {
    var index = chart.plot ? chart.plot.cursor.idx : null, items = all('.line-value', chart.list);
    chart.found.series.forEach(function (s, line) { write(items[line], valueText(s, index === undefined ? null : index)); });
  }

  /* ---- The cursor ---- */
  function point(chart, plot) {
    tellValues(chart);
    var at = plot.cursor.left >= 0 && plot.cursor.idx !== null && plot.cursor.idx !== undefined ? plot.data[0][plot.cursor.idx] * 1000 : null;
    if (at === moment) return;
    moment = at;
    write(one('[data-moment]', bar), at ? stamp(at) : '');
    if (at) tellProcesses(at, false);
  }
  function select(plot) {
    if (plot.select.width < 4) return;
    var from = plot.posToVal(plot.select.left, 'x') * 1000, to = plot.posToVal(plot.select.left + plot.select.width, 'x') * 1000;
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    if (to - from < SHORTEST) { var middle = (from + to) / 2; from = middle - SHORTEST / 2; to = middle + SHORTEST / 2; }
    apply(moved(from, to));
  }
  function move(chart, by) {
    var plot = chart.plot, at = plot.cursor.idx, gone = at === null || at === undefined || plot.cursor.left < 0;
    put(chart, gone ? (by < 0 ? Infinity : 0) : at + by);
  }
  function put(chart, wanted) {  // the grid reaches a little beyond both ends of what is shown
    var plot = chart.plot, times = plot.data[0], first = 0, last = times.length - 1;
    while (first < last && times[first] < plot.scales.x.min) first += 1;
    while (last > first && times[last] > plot.scales.x.max) last -= 1;
    var place = Math.min(last, Math.max(first, wanted));
    plot.setCursor({ left: plot.valToPos(plot.data[0][place], 'x'), top: plot.over.clientHeight / 2 }, true, true);
    sayLater(stamp(plot.data[0][place] * 1000) + ': ' + chart.found.series.slice(0, 4).map(function (s) { return s.label + ' ' + valueText(s, place); }).join('; '));
  }
  var sayTimer = null;
  function sayLater(text) {
    clearTimeout(sayTimer);
    sayTimer = setTimeout(function () { write(one('#announce'), text); }, 400);
  }
  function onKey(chart, event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !chart.plot || event.target !== chart.box) return;
    var around = moment === null ? undefined : moment;
    var deeds = {
      ArrowLeft: function () { if (event.shiftKey) apply(step('earlier')); else move(chart, -1); },
      ArrowRight: function () { if (event.shiftKey) apply(step('later')); else move(chart, 1); },
      PageUp: function () { move(chart, -10); }, PageDown: function () { move(chart, 10); },
      Home: function () { put(chart, 0); }, End: function () { put(chart, Infinity); },
      '+': function () { apply(zoomed(shown(state), 0.5, around)); }, '=': function () { apply(zoomed(shown(state), 0.5, around)); },
      '-': function () { apply(step('wider')); },
      Enter: function () { if (moment) tellProcesses(moment, true); },
      Escape: function () { chart.plot.setCursor({ left: -10, top: -10 }, true, true); }
    };
    if (!deeds[event.key]) return;
    event.preventDefault();
    deeds[event.key]();
  }

  /* ---- The processes of that moment: asked for when the cursor rests ---- */
  var processTimer = null, toldMoment = null;
  function tellProcesses(at, now) {
    var panel = one('#processes');
    clearTimeout(processTimer);
    if (!panel || !window.htmx) return;
    processTimer = setTimeout(function () {
      var seen = panel.getBoundingClientRect();
      if (!now && (seen.bottom < 0 || seen.top > window.innerHeight) || toldMoment === at) return;
      toldMoment = at;
      var url = panel.getAttribute('hx-get').split('?')[0] + '?at=' + Math.round(at);
      window.htmx.ajax('GET', url, { target: '#processes', swap: 'outerHTML' });
      if (now) panel.scrollIntoView({ block: 'nearest' });
    }, now ? 0 : 350);
  }

  /* ---- The same numbers as a table ---- */
  function fillTable(chart) {
    if (!chart.details.open || !chart.found) return;
    var place = one('[data-numbers-table]', chart.details);
    if (document.activeElement === place) return;
    var found = chart.found, table = make('table'), head = table.createTHead().insertRow(), body = table.createTBody();
    var columns = [];
    found.series.forEach(function (s) {
      columns.push({ label: s.label, values: s.values, unit: s.unit });
      if (s.low) columns.push({ label: s.label + ', lowest', values: s.low, unit: s.unit }, { label: s.label + ', highest', values: s.high, unit: s.unit });
      if (s.before) columns.push({ label: s.label + ', ' + (state.compare === '1d' ? 'a day' : 'a week') + ' before', values: s.before, unit: s.unit });
    });
    ['Time'].concat(columns.map(function (c) { return c.label; })).forEach(function (label, i) {
      var cell = make('th', i ? 'num' : '', label);
      cell.scope = 'col';
      head.append(cell);
    });
    var count = columns.length ? columns[0].values.length : 0, rows = 0;
    for (var k = count - 1; k >= 0 && rows < 500; k -= 1) {
      if (!columns.some(function (c) { return c.values[k] !== null; })) continue;
      rows += 1;
      var row = body.insertRow();
      row.append(make('td', 'nowrap', stamp(found.start_ms + k * found.step_ms)));
      columns.forEach(function (c) { row.append(make('td', 'num', figure(c.values[k], c.unit))); });
    }
    place.replaceChildren(rows ? table : make('p', 'muted', 'No readings in this time.'));
  }

  /* ---- Start ---- */
  function prepare(box) {
    var panel = box.closest('.linked-panel');
    var chart = {
      box: box, height: Number(box.dataset.height) || 200, ceiling: Number(box.dataset.ceiling) || 0, stacked: 'stacked' in box.dataset,
      note: one('[data-note]', box), words: one('[data-words]', panel), list: one('[data-lines]', panel), details: one('[data-numbers]', panel),
      hidden: {}, due: 0, inView: false, question: null, plot: null, found: null, picked: null, span: [0, 1]
    };
    note(chart, 'Reading the numbers…');
    chart.details.addEventListener('toggle', function () { fillTable(chart); });
    box.addEventListener('keydown', function (event) { onKey(chart, event); });
    new ResizeObserver(function () { if (chart.plot && chart.plot.width !== box.clientWidth) chart.plot.setSize({ width: box.clientWidth, height: chart.height }); }).observe(box);
    watcher.observe(box);
    box.chart = chart;
    return chart;
  }
  var watcher = new IntersectionObserver(function (entries) {
    entries.forEach(function (entry) { if (entry.target.chart) entry.target.chart.inView = entry.isIntersecting; });
    refresh();
  }, { rootMargin: '200px' });
  function repaint() {
    charts.forEach(function (chart) { if (chart.found) { drop(chart); paint(chart); } });
  }
  function onBar(event) {
    var link = event.target.closest('a');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    var d = link.dataset, to = null;
    if (d.toRange !== undefined) to = { name: d.toRange, from: 0, to: 0, compare: state.compare };
    else if (d.move) to = step(d.move);
    else if (d.compareWith !== undefined) to = Object.assign({}, state, { compare: d.compareWith });
    if (!to) return;
    event.preventDefault();
    apply(to);
  }
  function onDates(event) {
    var fields = event.target.elements, from = new Date(fields.from.value).getTime(), to = new Date(fields.to.value).getTime();
    event.preventDefault();
    fields.to.setCustomValidity(to - from >= SHORTEST ? '' : 'The end must be at least 10 seconds after the beginning.');
    if (!event.target.reportValidity()) return;
    one('details', bar).open = false;
    apply(moved(from, to));
  }
  function localDates() {
    var span = shown(state), form = one('[data-dates]', bar);
    form.elements.from.value = day(new Date(span.from)) + 'T' + clock(new Date(span.from), true);
    form.elements.to.value = day(new Date(span.to)) + 'T' + clock(new Date(span.to), true);
    form.elements.to.setCustomValidity('');
  }
  function start() {
    state = fromBar();
    all('[data-zone]', bar).forEach(function (element) { element.hidden = true; });
    all('[data-numbers]').forEach(function (element) { element.hidden = false; });
    charts = all('[data-linked]').map(prepare);
    tellRange();
    bar.addEventListener('click', onBar);
    one('[data-dates]', bar).addEventListener('submit', onDates);
    one('[data-dates]', bar).addEventListener('input', function () { one('#range_to').setCustomValidity(''); });
    one('.dates', bar).addEventListener('toggle', localDates);
    window.addEventListener('popstate', function () { apply(fromAddress(), true); });
    document.addEventListener('visibilitychange', refresh);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', repaint);
    new MutationObserver(repaint).observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    setInterval(refresh, Math.min(PERIOD, 1000));
    refresh();
  }
  start();
}());
