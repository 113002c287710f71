/* Tell the server the reader's time zone, for what it writes itself: forms, bars, the calendar. */
(function () {
  'use strict';

  function known() {
    var match = document.cookie.match(/(?:^|; )zone=([^;]*)/);
    return match ? match[1] : '';
  }
  var zone = Intl.DateTimeFormat().resolvedOptions().timeZone || '';
  if (!/^[A-Za-z0-9_+\/-]{1,64}$/.test(zone) || zone === known()) return;
  document.cookie = 'zone=' + zone + '; path=/; max-age=31536000; samesite=lax' + (location.protocol === 'https:' ? '; secure' : '');
  // What is here was written for another zone; without cookies it stays, and says so.
  if (known() === zone && document.querySelector('[data-zone]')) location.reload();
}());
