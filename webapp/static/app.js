/* Watchkeeper in the browser: fresh panels, honest times, charts, keys. Pages work without it. */
(function () {
  'use strict';

  var PERIOD = Number(document.body.dataset.refreshMs) || 5000;
  var LONGEST_WAIT = 15000;
  var skew = gap(Date.parse(document.body.dataset.now || ''));  // server clock minus ours, in ms
  var failures = 0;       // rounds in a row, however many panels a round has
  var roundFailed = false;
  var lastAnswer = Date.now();
  var signedOut = false;
  var pointerDown = false;
  var timer = null;

  function all(selector, root) { return Array.from((root || document).querySelectorAll(selector)); }
  function one(selector, root) { return (root || document).querySelector(selector); }
  function now() { return Date.now() + skew; }
  function gap(serverTime) {
    var found = serverTime - Date.now();
    return Math.abs(found) > 2000 ? found : 0;  // NaN compares false: no known time, no gap
  }
  function two(n) { return String(n).padStart(2, '0'); }
  function announce(text) { one('#announce').textContent = text; }

  /* Times in the reader's zone; the attribute stays UTC. */
  function clock(d) { return two(d.getHours()) + ':' + two(d.getMinutes()); }
  function stamp(d) { return d.getFullYear() + '-' + two(d.getMonth() + 1) + '-' + two(d.getDate()) + ' ' + clock(d); }
  function span(seconds) {
    var s = Math.max(0, Math.floor(seconds));
    if (s < 60) return s + ' s';
    if (s < 3600) return Math.floor(s / 60) + ' min';
    if (s < 86400) {
      var minutes = Math.floor(s % 3600 / 60);
      return Math.floor(s / 3600) + ' h' + (minutes ? ' ' + minutes + ' min' : '');
    }
    var hours = Math.floor(s % 86400 / 3600);
    return Math.floor(s / 86400) + ' d' + (hours ? ' ' + hours + ' h' : '');
  }
  function write(element, text) { if (element.textContent !== text) element.textContent = text; }
  function tellTimes(root) {
    all('time[data-time]', root).forEach(function (element) {
      var moment = new Date(element.dateTime);
      write(element, stamp(moment));
      element.title = moment.toISOString().slice(0, 19).replace('T', ' ') + ' UTC';
    });
    all('time[data-ago]', root).forEach(function (element) {
      var age = (now() - new Date(element.dateTime)) / 1000;
      write(element, age < 0 ? 'in ' + span(-age) : age < 5 ? 'just now' : span(age) + ' ago');
    });
  }

  /* Panels: ask again each period, but never under the reader's hands. */
  function isBusy(panel) {
    var focus = document.activeElement;
    if (pointerDown && panel.matches(':hover')) return true;
    if (panel.contains(focus) && focus.matches('input, select, textarea')) return true;
    var picked = window.getSelection();
    if (picked && !picked.isCollapsed && picked.containsNode(panel, true)) return true;
    return all('details[open]', panel).length > 0 || all('.htmx-request', panel).length > 0 || isEdited(panel);
  }
  function isEdited(panel) {
    return all('input, textarea', panel).some(function (input) {
      return input.value !== input.defaultValue || input.checked !== input.defaultChecked;
    });
  }
  function ask(panel) {
    panel.dataset.held = isBusy(panel) ? 'yes' : '';
    if (!panel.dataset.held) window.htmx.trigger(panel, 'refresh');
  }
  function refresh() {
    if (document.hidden || signedOut || !window.htmx) return;
    roundFailed = false;
    all('[data-panel]').forEach(ask);
    all('[data-chart]').forEach(function (box) { if (box.plot) drawChart(box); });
    markStale();
  }
  function tick() {
    if (document.hidden) return;
    if (!signedOut) all('[data-held="yes"]').forEach(ask);
    tellTimes(document);
    markStale();
  }
  function schedule() {
    clearTimeout(timer);
    var wait = Math.min(PERIOD * Math.pow(2, Math.min(failures, 4)), Math.max(PERIOD, LONGEST_WAIT));
    timer = setTimeout(function () { refresh(); schedule(); }, wait);
  }
  function markStale() {
    all('[data-panel]').forEach(function (panel) {
      var limit = Number(panel.dataset.staleAfterS) * 1000 || 3 * PERIOD + 10000;
      var newest = panel.dataset.newestAt && new Date(panel.dataset.newestAt);
      var old = Boolean(newest) && now() - newest > limit;
      var note = one('[data-stale-note]', panel);
      panel.classList.toggle('is-stale', old || failures > 1);
      note.hidden = !old && !panel.dataset.held;
      write(note, panel.dataset.held ? 'Refreshing waits while you use this' : old ? 'Nothing new for ' + span((now() - newest) / 1000) : '');
    });
  }

  /* One banner, raised on the second failure: a hiccup stays silent. */
  function showBanner(text, href, label) {
    var banner = one('#connection'), place = one('[data-connection-text]');
    if (banner.dataset.said === text) return;
    banner.dataset.said = text;
    place.textContent = text;
    if (href) {
      var link = document.createElement('a');
      link.href = href;
      link.textContent = label;
      place.append(' ', link);
    }
    banner.hidden = false;
  }
  function failed() {
    if (roundFailed) return;
    roundFailed = true;
    failures += 1;
    if (failures > 1 && !signedOut) {
      showBanner('The server has not answered since ' + clock(new Date(lastAnswer)) + '. What you see may be out of date. Trying again by itself.');
    }
    markStale();
    schedule();
  }
  function answered(xhr) {
    lastAnswer = Date.now();
    var date = Date.parse(xhr.getResponseHeader('Date') || '');
    if (date) skew = gap(date);
    if (!failures) return;
    failures = 0;
    one('#connection').hidden = true;
    one('#connection').dataset.said = '';
    announce('The server answers again.');
    schedule();
  }
  function leave() {
    signedOut = true;
    var back = encodeURIComponent(location.pathname + location.search);
    showBanner('You have been signed out.', '/accounts/sign-in?next=' + back, 'Sign in again');
  }

  /* Swaps keep the reader's place. */
  function trace(element, panel) {
    var name = element.tagName.toLowerCase(), href = element.getAttribute('href');
    var query = href ? name + '[href="' + CSS.escape(href) + '"]' : name;
    return { panel: panel.id, id: element.id, query: query, index: all(query, panel).indexOf(element) };
  }
  var focusMark = null;
  function restore() {
    var panel = focusMark && document.getElementById(focusMark.panel);
    if (!panel || document.activeElement !== document.body) return;
    var element = focusMark.id ? document.getElementById(focusMark.id) : all(focusMark.query, panel)[focusMark.index];
    if (element) element.focus({ preventScroll: true });
    focusMark = null;
  }

  document.addEventListener('htmx:configRequest', function (event) {
    var token = one('meta[name="csrf-token"]');
    if (token) event.detail.headers['X-CSRFToken'] = token.content;
  });
  document.addEventListener('htmx:beforeSwap', function (event) {
    var xhr = event.detail.xhr, target = event.detail.target;
    if (!target || !target.matches('[data-panel]')) return;
    var asked = new URL(event.detail.pathInfo.finalRequestPath || event.detail.pathInfo.requestPath, location.href);
    if (xhr.responseURL && new URL(xhr.responseURL).pathname !== asked.pathname) {
      event.detail.shouldSwap = false;
      if (xhr.responseURL.indexOf('sign-in') > -1) leave();
      return;
    }
    if (!event.detail.shouldSwap) return;
    var cause = event.detail.requestConfig.triggeringEvent;
    target.classList.remove('htmx-request');
    // Asked before the reader put a hand on the panel, answered after: the next period will do.
    if (cause && cause.type === 'refresh' && isBusy(target)) event.detail.shouldSwap = false;
    else if (target.contains(document.activeElement)) focusMark = trace(document.activeElement, target);
  });
  document.addEventListener('htmx:afterSettle', restore);
  document.addEventListener('htmx:afterRequest', function (event) {
    var xhr = event.detail.xhr;
    if (!xhr || !xhr.status) return;
    if (xhr.status === 401) leave();
    if (xhr.status >= 502 && xhr.status <= 504) failed(); else answered(xhr);
  });
  document.addEventListener('htmx:sendError', failed);
  document.addEventListener('htmx:timeout', failed);
  document.addEventListener('htmx:responseError', function (event) {
    if (event.target.matches && event.target.matches('[data-panel]')) return;
    var status = event.detail.xhr.status;
    say(status === 403 ? 'You may not do this.' : status === 429 ? 'Too many attempts. Wait a minute, then try again.' :
      'That did not work (error ' + status + '). Reload the page and try again.');
  });
  function say(text) {
    var line = document.createElement('p');
    line.className = 'message is-bad';
    line.textContent = text;
    one('#messages').replaceChildren(line);
    line.scrollIntoView({ block: 'nearest' });
  }
  document.addEventListener('htmx:load', function (event) { arrive(event.target); });

  /* Trouble in the tab's title, said once per change. */
  var plainTitle = document.title, problems = null;
  function countProblems() {
    var element = one('[data-open-problems]');
    if (!element) return;
    var count = Number(element.dataset.openProblems);
    document.title = (count ? '(' + count + ') ' : '') + plainTitle;
    if (problems !== null && problems !== count) announce(one('h1', element).textContent);
    problems = count;
  }

  /* Charts */
  function load(tag, attributes) {
    return new Promise(function (resolve, reject) {
      var element = document.createElement(tag);
      element.onload = resolve;
      element.onerror = reject;
      Object.assign(element, attributes);
      document.head.append(element);
    });
  }
  var library = null;
  function plotting(box) {
    library = library || Promise.all([
      load('link', { rel: 'stylesheet', href: box.dataset.style }), load('script', { src: box.dataset.script })]);
    return library;
  }
  function colour(name, box) {
    var probe = document.createElement('i');
    probe.style.color = 'var(--' + name + ')';
    box.append(probe);
    var found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  }
  function joined(series) {
    var tables = series.map(function (one) {
      return [one.points.map(function (p) { return p[0] / 1000; }), one.points.map(function (p) { return p[1]; })];
    });
    return tables.length > 1 ? window.uPlot.join(tables, tables.map(function () { return [null, 2]; })) : tables[0] || [[]];
  }
  function figure(value, unit) {
    if (value === null || value === undefined) return '–';
    if (unit === 'bytes' || unit === 'bytes/s') {
      var step = value ? Math.min(5, Math.max(0, Math.floor(Math.log2(Math.abs(value)) / 10))) : 0;
      return (value / Math.pow(1024, step)).toFixed(step ? 1 : 0) + ' ' + ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'][step] + unit.slice(5);
    }
    var text = Math.abs(value) >= 100 || Number.isInteger(value) ? Math.round(value).toLocaleString('en-GB') : value.toFixed(1);
    return unit ? text + ' ' + (unit === 'percent' ? '%' : unit) : text;
  }
  function options(box, found) {
    var ink = colour('muted', box), line = colour('line', box);
    var units = found.series.map(function (s) { return s.unit || ''; }).filter(function (u, i, list) { return list.indexOf(u) === i; });
    var family = getComputedStyle(box).fontFamily;
    var axis = { stroke: ink, font: '12px ' + family, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
    return {
      width: box.clientWidth, height: Number(box.dataset.height) || 240, legend: { live: true },
      hooks: { setCursor: [latest], setScale: [function (p, key) {
        var x = p.scales.x, t = p.data[0];
        if (key === 'x') box.zoomed = x.min > t[0] || x.max < t[t.length - 1];
      }] },
      cursor: { drag: { x: true, y: false } },
      scales: Object.fromEntries(units.slice(0, 2).map(function (u) {
        return [u || 'y', { range: function (_, low, high) { return u === '%' || u === 'percent' ? [0, 100] : [Math.min(0, low || 0), (high || 1) * 1.1]; } }];
      })),
      axes: [Object.assign({ values: hours }, axis)].concat(units.slice(0, 2).map(function (u, i) {
        return Object.assign({ scale: u || 'y', side: i ? 1 : 3, size: u === 'bytes/s' ? 92 : 76, values: function (_, ticks) { return ticks.map(function (t) { return figure(t, u); }); } }, axis, i ? { grid: { show: false } } : {});
      })),
      series: [{ label: 'Time', value: function (_, at) { return at ? stamp(new Date(at * 1000)) : '–'; } }].concat(found.series.map(function (s, i) {
        return { label: s.label, scale: s.unit || 'y', stroke: colour('series-' + (i % 5 + 1), box), width: 1.5, dash: i > 4 ? [6, 4] : undefined,
          points: { show: s.points.length < 3 }, value: function (_, v) { return figure(v, s.unit); } };
      }))
    };
  }
  function latest(plot) { if (plot.cursor.idx == null) plot.setLegend({ idx: plot.data[0].length - 1 }); }
  function hours(_, ticks) {
    var long = ticks.length > 1 && ticks[ticks.length - 1] - ticks[0] > 172800;
    return ticks.map(function (t) { var d = new Date(t * 1000); return long ? two(d.getMonth() + 1) + '-' + two(d.getDate()) : clock(d); });
  }
  function drawTable(box, found, data) {
    var place = one('[data-chart-table]', document.getElementById(box.id + '_table'));
    if (!place || one('table:not([data-made])', place) || document.activeElement === place) return;
    var table = document.createElement('table'), head = table.createTHead().insertRow(), body = table.createTBody();
    table.dataset.made = '';
    ['Time'].concat(found.series.map(function (s) { return s.label; })).forEach(function (label, i) {
      var cell = document.createElement('th');
      cell.scope = 'col';
      cell.className = i ? 'num' : '';
      cell.textContent = label;
      head.append(cell);
    });
    for (var i = data[0].length - 1; i >= Math.max(0, data[0].length - 500); i -= 1) {
      var row = body.insertRow();
      row.insertCell().textContent = stamp(new Date(data[0][i] * 1000));
      found.series.forEach(function (s, k) {
        var cell = row.insertCell();
        cell.className = 'num';
        cell.textContent = figure(data[k + 1][i], s.unit);
      });
    }
    place.replaceChildren(table);
  }
  function paint(box, found) {
    var data = joined(found.series), note = one('[data-chart-note]', box);
    var empty = !data[0].length;
    if (note) { note.hidden = !empty; write(note, empty ? 'No numbers in this period yet.' : ''); }
    var details = document.getElementById(box.id + '_table');
    if (details && details.open) drawTable(box, found, data);
    box.found = found;
    if (empty) return;
    if (box.plot && box.plot.series.length === data.length) { box.plot.setData(data); latest(box.plot); return; }
    if (box.plot) box.plot.destroy();
    box.plot = new window.uPlot(options(box, found), data, box);
    latest(box.plot);
    box.plot.root.setAttribute('role', 'img');
    box.plot.root.setAttribute('aria-label', box.dataset.label);
  }
  function drawChart(box) {
    if (box.reading || (box.plot && (box.zoomed || box.matches(':hover')))) return;
    box.reading = true;
    Promise.all([plotting(box), fetch(box.dataset.src, { headers: { Accept: 'application/json' }, credentials: 'same-origin' })])
      .then(function (both) { if (!both[1].ok) throw new Error(both[1].status); return both[1].json(); })
      .then(function (found) { paint(box, found); })
      .catch(function () { var note = one('[data-chart-note]', box); if (note && !box.plot) write(note, 'The numbers could not be read. Reload to try again.'); })
      .finally(function () { box.reading = false; });
  }
  function prepareChart(box) {
    if (box.ready) return;
    box.ready = true;
    var details = document.getElementById(box.id + '_table');
    if (details) details.addEventListener('toggle', function () { if (details.open && box.found) drawTable(box, box.found, joined(box.found.series)); });
    new ResizeObserver(function () { if (box.plot) box.plot.setSize({ width: box.clientWidth, height: box.plot.height }); }).observe(box);
    drawChart(box);
  }
  function redrawCharts() {
    all('[data-chart]').forEach(function (box) {
      if (!box.plot) return;
      box.plot.destroy();
      box.plot = null;
      paint(box, box.found);
    });
  }

  /* Theme: a cookie, so that the first frame is right. */
  function cookie(name) {
    var match = document.cookie.match(new RegExp('(?:^|; )' + name + '=([^;]*)'));
    return match ? match[1] : '';
  }
  function setTheme(name) {
    document.cookie = 'theme=' + name + '; path=/; max-age=' + (name ? 31536000 : 0) + '; samesite=lax' + (location.protocol === 'https:' ? '; secure' : '');
    if (name) document.documentElement.dataset.theme = name; else delete document.documentElement.dataset.theme;
    redrawCharts();
  }

  /* Keys */
  var PLACES = { n: '/', m: '/machines/', w: '/websites/', i: '/issues/', s: '/services/', a: '/activity/' };
  var going = 0;
  function keysOn() { return localStorage.getItem('keys') !== 'off'; }
  function onKey(event) {
    if (event.key === 'Escape') closeMenus(null);
    if (event.ctrlKey || event.metaKey || event.altKey || !keysOn() || one('dialog[open]')) return;
    if (event.target.closest('input, select, textarea, [contenteditable]')) return;
    var place = Date.now() - going < 1500 && PLACES[event.key];
    going = event.key === 'g' ? Date.now() : 0;
    if (place) location.href = place;
    else if (event.key === '?') one('#keys').showModal();
    else if (event.key === '/' && one('[data-search]')) { event.preventDefault(); one('[data-search]').focus(); }
  }
  function closeMenus(target) {
    all('details[data-menu][open]').forEach(function (menu) {
      if (target && menu.contains(target)) return;
      if (!target && menu.contains(document.activeElement)) one('summary', menu).focus();
      menu.open = false;
    });
  }

  function openTarget() {
    var target = document.getElementById(location.hash.slice(1));
    if (target && target.matches('details')) target.open = true;
  }

  /* Start */
  function arrive(root) {
    tellTimes(root);
    all('[data-chart]', root).forEach(prepareChart);
    countProblems();
    markStale();
  }
  function start() {
    all('[data-needs-script]').forEach(function (element) { element.hidden = false; });
    var choice = one('[data-theme-choice]'), keys = one('[data-keys-on]');
    choice.value = cookie('theme');
    choice.addEventListener('change', function () { setTheme(choice.value); });
    keys.checked = keysOn();
    keys.addEventListener('change', function () { localStorage.setItem('keys', keys.checked ? 'on' : 'off'); });
    one('[data-open-keys]').addEventListener('click', function () { one('#keys').showModal(); });
    document.addEventListener('keydown', onKey);
    document.addEventListener('click', function (event) { closeMenus(event.target); });
    document.addEventListener('pointerdown', function () { pointerDown = true; });
    ['pointerup', 'pointercancel'].forEach(function (name) { document.addEventListener(name, function () { pointerDown = false; }); });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redrawCharts);
    document.addEventListener('visibilitychange', function () { if (!document.hidden) { refresh(); schedule(); } });
    setInterval(tick, 1000);
    arrive(document);
    addEventListener('hashchange', openTarget);
    openTarget();
    var first = one('[data-focus]');
    if (first) first.focus();
    schedule();
  }
  start();
}());
