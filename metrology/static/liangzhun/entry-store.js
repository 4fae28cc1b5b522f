// What was typed and has not reached the server: kept on this computer per person and job, one entry per cell,
// so that two windows do not write over each other. Nobody else is ever shown it; the server's word clears it.
(function () {
  "use strict";

  function open(user, job) {
    var prefix = "liangzhun.entry:" + user + ":" + job + ":";
    var storage = null;
    try {
      storage = window.localStorage;
      storage.setItem(prefix + "probe", "1");
      storage.removeItem(prefix + "probe");
    } catch (error) {
      storage = null;
    }

    return {
      safe: storage !== null,
      put: function (name, entry) {
        if (!storage) {
          return;
        }
        try {
          storage.setItem(prefix + name, JSON.stringify(entry));
        } catch (error) {
          this.safe = false;
        }
      },
      drop: function (name) {
        if (storage) {
          storage.removeItem(prefix + name);
        }
      },
      all: function () {
        var found = {};
        for (var i = 0; storage && i < storage.length; i += 1) {
          var key = storage.key(i);
          if (key.indexOf(prefix) === 0) {
            try {
              found[key.slice(prefix.length)] = JSON.parse(storage.getItem(key));
            } catch (error) {
              // What cannot be read was not written by this page.
            }
          }
        }
        return found;
      },
    };
  }

  window.liangzhunStore = { open: open };
})();
