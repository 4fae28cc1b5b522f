// The line to the server: one request at a time, again after a failure, and what an answer means.
(function () {
  "use strict";

  var SLOWEST = 30000;
  var SMALL = 60000;

  function open(page) {
    var line = { csrf: page.csrf, busy: false, trouble: "", sentence: "", wait: 1000 };
    var timer = null;

    function later(again) {
      window.clearTimeout(timer);
      timer = window.setTimeout(again, line.wait);
      line.wait = Math.min(line.wait * 2, SLOWEST);
    }

    function ask(method, url, body) {
      var text = body ? JSON.stringify(body) : undefined;
      return window.fetch(url, {
        method: method,
        credentials: "same-origin",
        redirect: "manual",
        cache: "no-store",
        keepalive: Boolean(text && text.length < SMALL),
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": line.csrf },
        body: text,
      });
    }

    // The state of the record and a token that holds; answers whether this person may go on.
    line.refresh = function () {
      return ask("GET", page.stateUrl).then(function (answer) {
        return answer.ok ? answer.json() : fail(answer);
      }).then(function (state) {
        if (state) {
          line.csrf = state.csrf;
          if (state.typed_by !== page.user) {
            line.trouble = "refused";
            line.sentence = page.sayOther;
            return null;
          }
          if (state.revision !== page.revision) {
            line.trouble = "refused";
            line.sentence = page.sayStale;
            return null;
          }
          line.trouble = "";
        }
        return state;
      }, function () {
        line.trouble = "offline";
        return null;
      });
    };

    function fail(answer) {
      if (answer.status === 401 || answer.type === "opaqueredirect") {
        line.trouble = "expired";
        return null;
      }
      if (answer.status >= 500 || answer.status === 429 || answer.status === 408) {
        line.trouble = "offline";
        return null;
      }
      line.trouble = "refused";
      line.sentence = page.sayRefused;
      return answer.json().then(function (problem) {
        line.sentence = problem.detail || page.sayRefused;
        return null;
      }, function () { return null; });
    }

    // Send; `done` gets the answer, `changed` is told whenever the line is better or worse.
    line.send = function (url, body, done, changed, again) {
      line.busy = true;
      var tried = line.csrf;
      function settle(data) {
        line.busy = false;
        if (data) {
          line.trouble = "";
          line.wait = 1000;
          done(data);
        } else if (line.trouble === "offline") {
          later(again);
        }
        changed();
      }
      ask("POST", url, body).then(function (answer) {
        if (answer.ok) {
          return answer.json();
        }
        if (answer.status !== 403) {
          return fail(answer);
        }
        // Perhaps only the token is old: signed in again elsewhere.
        return line.refresh().then(function (state) {
          if (state && line.csrf !== tried) {
            return ask("POST", url, body).then(function (second) {
              return second.ok ? second.json() : fail(second);
            });
          }
          return line.trouble ? null : fail(answer);
        });
      }).then(settle, function () {
        line.trouble = "offline";
        settle(null);
      });
    };

    return line;
  }

  window.liangzhunLine = { open: open };
})();
