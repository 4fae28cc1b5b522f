// What the record page says: beside a cell, in its results, in its banner. It decides nothing.
(function () {
  "use strict";

  function byName(name) {
    return document.getElementById(name);
  }

  function note(name, text) {
    var field = byName(name);
    if (!field) {
      return;
    }
    var box = byName("n:" + name);
    field.classList.toggle("is-invalid", Boolean(text));
    if (!text) {
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-describedby");
      if (box) {
        box.remove();
      }
      return;
    }
    if (!box) {
      box = document.createElement("p");
      box.id = "n:" + name;
      box.className = "cell-note";
      field.parentNode.appendChild(box);
    }
    box.textContent = text;
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", box.id);
  }

  function unclash(name) {
    var box = byName("x:" + name);
    if (box) {
      box.remove();
    }
  }

  function clash(name, theirs, mine, keepMine, takeTheirs) {
    unclash(name);
    var box = byName("clash").content.firstElementChild.cloneNode(true);
    box.id = "x:" + name;
    box.querySelector("[data-theirs]").textContent = theirs.text || "—";
    box.querySelector("[data-who]").textContent = [theirs.person, theirs.at].filter(Boolean).join(" ");
    box.querySelector("[data-mine]").textContent = mine || "—";
    [["[data-keep]", keepMine], ["[data-take]", takeTheirs]].forEach(function (pair) {
      box.querySelector(pair[0]).addEventListener("click", function () {
        unclash(name);
        pair[1]();
      });
    });
    byName(name).parentNode.appendChild(box);
  }

  function live(words, now) {
    document.querySelectorAll("[data-result]").forEach(function (cell) {
      var value = now.values[cell.dataset.result] || { value: "", limit: "", word: "", state: "" };
      cell.dataset.state = value.state;
      ["value", "limit", "word"].forEach(function (part) {
        cell.querySelector("[data-part=" + part + "]").textContent = value[part];
      });
      cell.title = now.problems[cell.dataset.result] || value.word;
    });
    var whole = byName("verdict");
    whole.textContent = now.verdict;
    whole.dataset.state = now.state;
    var left = now.missing.length;
    byName("progress").max = now.filled + left || 1;
    byName("progress").value = now.filled;
    byName("progress-text").textContent = (left ? words.sayProgress : words.sayComplete)
      .replace("{n}", now.filled).replace("{m}", now.filled + left).replace("{left}", left);
  }

  function sync(state, words) {
    var banner = byName("sync");
    var text = banner.querySelector("[data-text]");
    if (banner.dataset.state !== state || text.textContent !== words) {
      banner.dataset.state = state;
      text.textContent = words;
      byName("sign-in").hidden = state !== "expired";
    }
  }

  function pasted(words, told) {
    byName("told").textContent = words.sayPasted.replace("{n}", told.filled) +
      (told.clipped ? " " + words.sayClipped.replace("{n}", told.clipped) : "") +
      (told.empty ? " " + words.sayEmpty.replace("{n}", told.empty) : "");
  }

  window.liangzhunSaid = {
    byName: byName, note: note, clash: clash, unclash: unclash, live: live, sync: sync, pasted: pasted,
  };
})();
