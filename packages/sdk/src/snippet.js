// What stands in a page before the tag has arrived: it keeps the calls, in order, and the tag makes them. Ends with the call that begins everything.
(function (page, name, calls) {
  if (page[name]) return;
  var waiting = (page[name] = []);
  calls.split(" ").forEach(function (call) {
    var path = call.split(".");
    var place = path[1] ? (waiting[path[0]] = waiting[path[0]] || {}) : waiting;
    place[path[1] || path[0]] = function () {
      waiting.push([call].concat([].slice.call(arguments)));
    };
  });
})(window, "sillage", "init track page identify reset group register unregister consent optOut optIn recording flush on people.set people.setOnce people.add people.append people.union people.remove people.unset people.delete");
sillage.init({ key: "wk_…" });
