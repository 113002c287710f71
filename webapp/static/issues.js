/* The list of issues: ticks that outlive a refresh, and keys. The page works without it. */
(function () {
  'use strict';

  var ticked = new Set();   // ids of ticked issues, kept while the panel is drawn anew
  var here = null;          // id of the row that the keys are at
  var lastG = 0;

  function all(selector, root) { return Array.from((root || document).querySelectorAll(selector)); }
  function rows() { return all('tr[data-issue]'); }
  function box(row) { return row.querySelector('[data-choice]'); }

  /* A tick is no edit that a refresh would lose: it is put back after each. */
  function note(input) {
    input.defaultChecked = input.checked;
    if (input.checked) ticked.add(input.value); else ticked.delete(input.value);
  }
  function putBack() {
    all('[data-choice]').forEach(function (input) {
      input.checked = input.defaultChecked = ticked.has(input.value);
    });
    ticked.forEach(function (id) { if (!document.getElementById('issue_' + id)) ticked.delete(id); });
    mark(here && document.getElementById(here));
  }
  function mark(row) {
    all('tr.is-here').forEach(function (other) { other.classList.toggle('is-here', other === row); });
    if (row) row.classList.add('is-here');
  }
  function go(row) {
    if (!row) return;
    here = row.id;
    mark(row);
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: 'nearest' });
  }
  function step(by) {
    var found = rows(), at = found.findIndex(function (row) { return row.id === here; });
    go(found[Math.max(0, Math.min(found.length - 1, at + by))]);
  }
  function tick(row) {
    if (!row || !box(row)) return;
    box(row).checked = !box(row).checked;
    note(box(row));
  }
  function press(key, row) {
    var button = document.querySelector('[data-key="' + key + '"]');
    if (!button) return;
    if (row && box(row) && !document.querySelector('[data-choice]:checked')) tick(row);
    if (document.querySelector('[data-choice]:checked') || !rows().length) button.form.requestSubmit(button);
  }
  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || localStorage.getItem('keys') === 'off') return;
    if (document.querySelector('dialog[open]') || event.target.closest('input:not([type=checkbox]), select, textarea, [contenteditable]')) return;
    var afterG = Date.now() - lastG < 1500;
    lastG = event.key === 'g' ? Date.now() : 0;
    if (afterG) return;  // the second key of a pair
    var row = here && document.getElementById(here);
    if (event.key === 'j') step(1);
    else if (event.key === 'k') step(-1);
    else if (event.key === 'x') tick(row);
    else if (event.key === 'e' || event.key === 'a') press(event.key, row);
    else if (event.key === 'Enter' && row === document.activeElement) row.querySelector('a').click();
  }

  document.addEventListener('change', function (event) {
    if (event.target.matches('[data-choice]')) note(event.target);
  });
  document.addEventListener('click', function (event) {
    // A pointer leaves the focus on the box, which would hold back the refresh.
    if (event.target.matches('[data-choice]') && event.detail) go(event.target.closest('tr'));
  });
  document.addEventListener('keydown', onKey);
  document.addEventListener('htmx:afterSettle', putBack);
  putBack();
}());
