// Times are shown in the zone of the reader's machine, unless they chose one. Without this script the list does the same by hand.
(function () {
  var form = document.querySelector("form[data-zone]");
  if (!form || new URLSearchParams(location.search).has("tz")) return;
  var zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  var select = form.elements.tz;
  if (!zone || select.value === zone) return;
  select.value = zone;
  if (select.value === zone) form.submit();
})();
