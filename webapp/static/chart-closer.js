/* A stretch of a website's chart that is dragged over is read again, as finely as it is kept. */
(function () {
  'use strict';

  var SHORTEST = 10000;

  function panel() { return document.getElementById('pace'); }
  function plot() {
    var box = panel().querySelector('[data-chart]');
    return box.zoomed && box.plot;
  }
  function show(url, page) {
    panel().setAttribute('aria-busy', 'true');
    history.replaceState(history.state, '', page);
    window.htmx.ajax('GET', url, { target: '#pace', swap: 'outerHTML' });
  }
  function closer(drawn) {
    var x = drawn.scales.x, middle = (x.min + x.max) * 500;
    var half = Math.max((x.max - x.min) * 500, SHORTEST / 2);
    var stretch = '&from=' + Math.floor(middle - half) + '&to=' + Math.ceil(middle + half);
    show(panel().dataset.closer + stretch, panel().dataset.page + stretch);
  }
  document.addEventListener('mouseup', function () {
    // The chart takes the stretch over after this event.
    setTimeout(function () {
      if (!panel().hasAttribute('aria-busy') && plot()) closer(plot());
    }, 0);
  });
  document.addEventListener('dblclick', function (event) {
    if (event.target.closest('#pace [data-chart]') && panel().querySelector('[data-whole]')) {
      show(panel().dataset.closer, panel().dataset.page);
    }
  });
}());
