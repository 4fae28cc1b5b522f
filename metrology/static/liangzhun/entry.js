// The record page: what is typed goes to this computer at once, to the server when its cell is left. Answers
// are written into status elements only; the cell under the fingers is never drawn anew.
(function () {
  "use strict";

  var form = document.getElementById("entry");
  if (!form) {
    return;
  }
  var page = form.dataset;
  var IDLE = 400;
  var SOON = 30;
  var grid = window.liangzhunGrid;
  var say = window.liangzhunSaid;
  var byName = say.byName;
  var store = window.liangzhunStore.open(page.user, page.job);
  var line = window.liangzhunLine.open({
    csrf: form.querySelector("[name=csrfmiddlewaretoken]").value,
    stateUrl: page.stateUrl, user: page.user, revision: page.revision,
    sayOther: page.sayOther, sayStale: page.sayStale, sayRefused: page.sayRefused,
  });
  var ahead = Date.parse(page.now) - Date.now();
  var pending = {};
  var drafted = form.hasAttribute("data-drafted");
  var sentDraft = "";
  var idle = null;
  var watch = null;

  function isClimate(name) {
    return name.indexOf("climate/") === 0;
  }

  // Another value stands in this cell: show both, let the person choose.
  function clash(name, theirs) {
    var field = byName(name);
    if (!field) {
      return;
    }
    say.clash(name, theirs, pending[name].text, function () {
      pending[name].seen = theirs.seen;
      pending[name].clash = null;
      keep(name);
      flush();
      grid.go(field);
    }, function () {
      field.value = theirs.text;
      settled(name, theirs.text, theirs.seen);
      grid.go(field);
      tell();
    });
  }

  // --- what is not yet on the server
  function keep(name) {
    store.put(name, {
      text: pending[name].text, at: pending[name].at, seen: pending[name].seen,
      left: pending[name].left, revision: page.revision,
    });
  }

  function settled(name, text, seen) {
    var field = byName(name);
    delete pending[name];
    store.drop(name);
    say.note(name, "");
    if (field) {
      field.dataset.saved = text;
      field.dataset.seen = seen;
    }
  }

  function changed(field) {
    var name = field.id;
    var known = pending[name];
    say.note(name, "");
    if (grid.fold(field.value).trim() === field.dataset.saved && !(known && known.sent)) {
      if (known) {
        say.unclash(name);
        settled(name, field.dataset.saved, field.dataset.seen);
      }
    } else {
      pending[name] = {
        text: field.value, at: new Date(Date.now() + ahead).toISOString(),
        seen: known ? known.seen : Number(field.dataset.seen || 0),
        left: false, fault: "", clash: known ? known.clash : null, sent: known ? known.sent : null,
      };
      keep(name);
    }
    window.clearTimeout(idle);
    idle = window.setTimeout(flush, IDLE);
    tell();
  }

  function left(field) {
    var entry = pending[field.id];
    if (!entry) {
      return;
    }
    entry.text = field.value;
    entry.left = true;
    entry.fault = isClimate(field.id) ? "" : grid.fault(field, field.value, page);
    keep(field.id);
    say.note(field.id, entry.fault);
    window.clearTimeout(idle);
    idle = window.setTimeout(flush, SOON);
    tell();
  }

  function names(test) {
    return Object.keys(pending).filter(function (name) { return test(pending[name], name); });
  }

  function ready(entry, name) {
    return entry.left && !entry.fault && !entry.clash && !isClimate(name);
  }

  function isFocused(name) {
    return document.activeElement !== null && document.activeElement.id === name;
  }

  // --- to the server
  function signed(body) {
    body.typed_by = page.user;
    body.revision = page.revision;
    body.adjustment = page.adjustment;
    return body;
  }

  function flush() {
    if (line.busy || line.trouble === "expired" || line.trouble === "refused") {
      return tell();
    }
    var cells = names(ready);
    var climate = names(function (entry, name) { return isClimate(name) && entry.left && !entry.fault; });
    if (cells.length) {
      sendCells(cells.slice(0, 500));
    } else if (climate.length && !form.querySelector("[data-climate]:focus")) {
      sendClimate(climate);
    } else {
      sendDraft();
    }
    tell();
  }

  function sendCells(sent) {
    var started = window.performance.now();
    var body = signed({ cells: sent.map(function (name) {
      var parts = name.split("/");
      pending[name].sent = pending[name].text;
      return {
        test: parts[0], point: parts[1], column: parts[2], repeat: Number(parts[3]),
        direction: parts[4], adjustment: parts[5],
        value: pending[name].text, observed_at: pending[name].at, seen: pending[name].seen,
      };
    }) });
    line.send(page.cellsUrl, body, function (answer) {
      answer.saved.forEach(saved);
      Object.keys(answer.refused).forEach(function (position) {
        var entry = pending[sent[position]];
        if (entry && entry.text === entry.sent) {
          entry.fault = answer.refused[position];
          say.note(sent[position], entry.fault);
        }
      });
      answer.conflicts.forEach(function (theirs) {
        var entry = pending[theirs.cell];
        if (entry) {
          entry.clash = theirs;
          clash(theirs.cell, theirs);
        }
      });
      sent.forEach(function (name) { if (pending[name]) { pending[name].sent = null; } });
      say.live(page, answer.live);
      form.dataset.took = Math.round(window.performance.now() - started);
    }, next, flush);
  }

  function saved(cell) {
    var entry = pending[cell.cell];
    var field = byName(cell.cell);
    if (!entry) {
      return;
    }
    if (entry.text !== entry.sent) {
      entry.seen = cell.seen;
      if (field) {
        field.dataset.saved = cell.text;
        field.dataset.seen = cell.seen;
      }
      keep(cell.cell);
      return;
    }
    settled(cell.cell, cell.text, cell.seen);
    if (field && !isFocused(cell.cell)) {
      field.value = cell.text;
    }
  }

  function sendClimate(sent) {
    var body = signed({});
    sent.forEach(function (name) {
      pending[name].sent = pending[name].text;
      body[name.slice("climate/".length)] = pending[name].text;
    });
    line.send(page.climateUrl, body, function (answer) {
      sent.forEach(function (name) {
        var key = name.slice("climate/".length);
        var entry = pending[name];
        if (!entry || entry.text !== entry.sent) {
          return;
        }
        entry.sent = null;
        if (answer.refused[key]) {
          entry.fault = answer.refused[key];
          say.note(name, entry.fault);
        } else {
          settled(name, answer.values[key], 0);
          byName(name).value = answer.values[key];
        }
      });
      say.live(page, answer.live);
    }, next, flush);
  }

  // Keystrokes that are no reading yet: kept for this person on the server too, with the revision they follow.
  function sendDraft() {
    var cells = {};
    names(function (entry, name) { return !isClimate(name); }).forEach(function (name) {
      cells[name + "@" + pending[name].seen] = pending[name].text.slice(0, 200);
    });
    var text = JSON.stringify(cells);
    if (text === sentDraft || (text === "{}" && !drafted)) {
      return;
    }
    sentDraft = text;
    drafted = true;
    line.send(page.draftUrl, signed({ cells: cells }), function () {
      drafted = text !== "{}";
    }, next, flush);
  }

  function next() {
    if (line.trouble === "expired" && !watch) {
      watch = window.setInterval(resume, 5000);
    }
    if (!line.trouble && names(ready).length) {
      flush();
    } else if (!line.trouble) {
      window.clearTimeout(idle);
      idle = window.setTimeout(flush, IDLE);
    }
    tell();
  }

  // Back from signing in, from sleep or from another window: take what others wrote, then go on.
  function resume() {
    if (line.busy) {
      return;
    }
    line.refresh().then(function (state) {
      if (line.trouble !== "expired") {
        window.clearInterval(watch);
        watch = null;
      }
      if (state) {
        merge(state.cells);
        say.live(page, state.live);
        flush();
      }
      tell();
    });
  }

  function merge(cells) {
    Object.keys(cells).forEach(function (name) {
      var field = byName(name);
      if (field && !pending[name] && !isFocused(name) && Number(field.dataset.seen) !== cells[name][1]) {
        field.value = cells[name][0];
        field.dataset.saved = cells[name][0];
        field.dataset.seen = cells[name][1];
      }
    });
  }

  // --- what the page says
  function tell() {
    var open = names(function () { return true; });
    var stuck = open.filter(function (name) { return pending[name].fault || pending[name].clash; });
    var state = "saved";
    if (line.trouble === "expired" || line.trouble === "refused") {
      state = line.trouble;
    } else if (line.trouble === "offline" || (!navigator.onLine && open.length)) {
      state = "offline";
    } else if (open.length > stuck.length || line.busy) {
      state = "saving";
    } else if (stuck.length) {
      state = "stuck";
    }
    say.sync(state, (state === "refused" ? line.sentence : page[{
      saved: "saySaved", saving: "saySaving", offline: "sayOffline", stuck: "sayStuck", expired: "sayExpired",
    }[state]]).replace("{n}", open.length));
    form.dataset.open = open.length;
  }

  function lost(event) {
    if (!store.safe && names(function () { return true; }).length) {
      event.preventDefault();
    }
  }

  // --- at the start: what is still here from before
  function restore() {
    var found = store.all();
    Object.keys(found).forEach(function (name) {
      var field = byName(name);
      var entry = found[name];
      if (typeof entry.text !== "string" || (field && entry.text === field.dataset.saved)) {
        store.drop(name);
        return;
      }
      pending[name] = {
        text: entry.text, at: entry.at, seen: entry.seen, left: Boolean(field) || entry.left,
        fault: field && !isClimate(name) ? grid.fault(field, entry.text, page) : "", clash: null, sent: null,
      };
      if (!field) {
        return;
      }
      field.value = entry.text;
      say.note(name, pending[name].fault);
      if (entry.revision !== page.revision) {
        pending[name].clash = { text: field.dataset.saved, seen: Number(field.dataset.seen || 0), person: "" };
        clash(name, pending[name].clash);
      }
    });
    form.querySelectorAll("[data-cell], [data-climate]").forEach(function (field) {
      if (!pending[field.id] && field.value !== field.dataset.saved) {
        changed(field);
        left(field);
      }
    });
    flush();
  }

  var hooks = {
    changed: changed,
    left: left,
    bad: function (field, text) { say.note(field.id, page.sayCheck.replace("{text}", text)); },
    undo: function (field) {
      say.unclash(field.id);
      field.value = field.dataset.saved;
      changed(field);
    },
    pasted: function (told) { say.pasted(page, told); },
    help: function () { document.getElementById("keys").showModal(); },
  };

  grid.attach(form, hooks);
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    flush();
  });
  form.addEventListener("input", function (event) {
    if (event.target.hasAttribute("data-climate")) {
      changed(event.target);
    }
  });
  form.addEventListener("focusout", function (event) {
    if (event.target.hasAttribute("data-climate")) {
      left(event.target);
    }
  });
  window.addEventListener("online", function () { line.wait = 1000; resume(); });
  window.addEventListener("offline", tell);
  window.addEventListener("focus", function () { if (line.trouble !== "refused") { resume(); } });
  window.addEventListener("pageshow", function (event) { if (event.persisted) { resume(); } });
  window.addEventListener("beforeunload", lost);
  document.addEventListener("visibilitychange", function () {
    if (document.visibilityState === "hidden") {
      flush();
    }
  });
  window.liangzhunEntry = { changed: changed, left: left, hooks: hooks, form: form };
  restore();
  tell();
  var aim = location.hash && byName(decodeURIComponent(location.hash.slice(1)));
  if (aim && aim.matches("[data-cell], [data-climate]")) {
    grid.go(aim);
  } else if (!window.matchMedia("(pointer: coarse)").matches) {
    grid.nextEmpty(form, null);
  }
})();
