// The grid under the fingers: full-width digits, moving by keys, pasting a block. It saves nothing itself.
(function () {
  "use strict";

  var NUMERAL = /^[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?$/;
  var LONGEST = 40;
  var CHECKS = {
    pass: "pass", p: "pass", "合格": "pass", "√": "pass", "✓": "pass",
    fail: "fail", f: "fail", "不合格": "fail", "×": "fail", "✗": "fail",
  };

  // Full-width forms and the minus sign as their ASCII twins, one character for one: the caret stays.
  function fold(text) {
    return text.replace(/[\uff01-\uff5e\u3000\u00a0\u2212]/g, function (found) {
      if (found === "\u2212") {
        return "-";
      }
      return found === "\u3000" || found === "\u00a0" ? " " : String.fromCharCode(found.charCodeAt(0) - 0xfee0);
    });
  }

  // What is wrong with a text, in the reader's words; the server judges again.
  function fault(field, text, words) {
    if (!text || field.tagName === "SELECT") {
      return "";
    }
    if (text.length > LONGEST) {
      return words.sayLong;
    }
    if (NUMERAL.test(text)) {
      return "";
    }
    return text.indexOf(",") >= 0 ? words.sayComma : words.sayNumber;
  }

  function cellsOf(row) {
    return Array.prototype.slice.call(row.querySelectorAll("[data-cell]"));
  }

  function tables(form) {
    return Array.prototype.map.call(form.querySelectorAll("table[data-sheet]"), function (table) {
      return Array.prototype.map.call(table.tBodies[0].rows, cellsOf);
    });
  }

  function place(form, field) {
    var all = tables(form);
    for (var t = 0; t < all.length; t += 1) {
      for (var r = 0; r < all[t].length; r += 1) {
        var c = all[t][r].indexOf(field);
        if (c >= 0) {
          return { all: all, t: t, r: r, c: c };
        }
      }
    }
    return null;
  }

  function go(field) {
    if (!field) {
      return false;
    }
    field.focus();
    if (field.select) {
      field.select();
    }
    field.scrollIntoView({ block: "nearest", inline: "nearest" });
    return true;
  }

  function vertical(form, field, step) {
    var at = place(form, field);
    var rows = at.all[at.t];
    if (rows[at.r + step]) {
      return go(rows[at.r + step][at.c]);
    }
    var next = at.all[at.t + step];
    if (!next) {
      return false;
    }
    var row = step > 0 ? next[0] : next[next.length - 1];
    return go(row[Math.min(at.c, row.length - 1)]);
  }

  // Enter goes down; under the last row it goes on at the head of the next column, then of the next test.
  function onward(form, field) {
    var at = place(form, field);
    var rows = at.all[at.t];
    var next = at.all[at.t + 1];
    return go(
      rows[at.r + 1] ? rows[at.r + 1][at.c] : rows[0][at.c + 1] || (next && next[0][0])
    );
  }

  function sideways(form, field, step) {
    var at = place(form, field);
    return go(at.all[at.t][at.r][at.c + step]);
  }

  function toEnd(form, field, last) {
    var at = place(form, field);
    var row = at.all[at.t][at.r];
    return go(row[last ? row.length - 1 : 0]);
  }

  // Whether the caret lets an arrow leave the cell: everything selected, or at that very end.
  function leaves(field, forward) {
    if (field.tagName === "SELECT") {
      return true;
    }
    var from = field.selectionStart;
    var to = field.selectionEnd;
    if (from === 0 && to === field.value.length) {
      return true;
    }
    return from === to && from === (forward ? field.value.length : 0);
  }

  function nextEmpty(form, field) {
    var all = Array.prototype.slice.call(form.querySelectorAll("[data-cell]:not([data-optional])"));
    var every = Array.prototype.slice.call(form.querySelectorAll("[data-cell]"));
    var from = field ? every.indexOf(field) : -1;
    function empty(one) {
      return !one.value;
    }
    var later = all.filter(function (one) { return empty(one) && every.indexOf(one) > from; });
    return go(later[0] || all.filter(empty)[0]);
  }

  function parse(text) {
    var lines = text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n");
    return lines.map(function (line) {
      return line.split("\t").map(function (cell) {
        return cell.replace(/^"([\s\S]*)"$/, "$1");
      });
    });
  }

  function setCheck(field, text) {
    var known = CHECKS[fold(text).trim().toLowerCase()];
    if (known) {
      field.value = known;
    }
    return Boolean(known);
  }

  // Lay a block from this cell on; what reaches beyond the grid is clipped and counted, empty ones pass over.
  function paste(form, field, text, hooks) {
    var at = place(form, field);
    var rows = at.all[at.t];
    var told = { filled: 0, clipped: 0, empty: 0 };
    parse(text).forEach(function (line, dr) {
      line.forEach(function (piece, dc) {
        var target = rows[at.r + dr] && rows[at.r + dr][at.c + dc];
        var value = fold(piece).trim();
        if (!target) {
          told.clipped += value ? 1 : 0;
        } else if (!value) {
          told.empty += 1;
        } else if (target.tagName === "SELECT" && !setCheck(target, value)) {
          hooks.bad(target, value);
        } else {
          if (target.tagName !== "SELECT") {
            target.value = value;
          }
          told.filled += 1;
          hooks.changed(target);
          hooks.left(target);
        }
      });
    });
    hooks.pasted(told);
  }

  function foldInPlace(field) {
    var folded = fold(field.value);
    if (folded !== field.value) {
      var from = field.selectionStart;
      var to = field.selectionEnd;
      field.value = folded;
      field.setSelectionRange(from, to);
    }
  }

  function onKey(form, hooks, event) {
    var field = event.target;
    if (event.isComposing || event.keyCode === 229) {
      return;
    }
    if (event.key === "Enter" && /^(INPUT|SELECT)$/.test(field.tagName)) {
      event.preventDefault();
    }
    if (!field.hasAttribute("data-cell") || event.altKey) {
      return;
    }
    var moved = null;
    var forward = event.key === "ArrowRight" || event.key === "End";
    if (event.key === "?" || event.key === "？") {
      moved = true;
      hooks.help();
    } else if (event.key === "Enter") {
      moved = event.ctrlKey || event.metaKey ? nextEmpty(form, field)
        : event.shiftKey ? vertical(form, field, -1) : onward(form, field);
      if (!moved) {
        hooks.left(field); // the last cell: nowhere to go, and done all the same
      }
    } else if (event.ctrlKey || event.metaKey || event.shiftKey) {
      return;
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      moved = true;
      vertical(form, field, event.key === "ArrowDown" ? 1 : -1);
    } else if ((event.key === "ArrowLeft" || event.key === "ArrowRight") && leaves(field, forward)) {
      moved = sideways(form, field, forward ? 1 : -1);
    } else if ((event.key === "Home" || event.key === "End") && leaves(field, forward)) {
      moved = toEnd(form, field, forward);
    } else if (event.key === "Escape") {
      moved = true;
      hooks.undo(field);
    } else if (field.tagName === "SELECT") {
      moved = onCheckKey(field, event.key, hooks);
    }
    if (moved) {
      event.preventDefault();
    }
  }

  function onCheckKey(field, key, hooks) {
    var clears = key === "Delete" || key === "Backspace";
    if (!clears && (key.length !== 1 || !setCheck(field, key))) {
      return false;
    }
    if (clears) {
      field.value = "";
    }
    hooks.changed(field);
    hooks.left(field);
    return true;
  }

  function attach(form, hooks) {
    form.addEventListener("keydown", function (event) { onKey(form, hooks, event); });
    ["input", "compositionend", "change"].forEach(function (kind) {
      form.addEventListener(kind, function (event) {
        var field = event.target;
        if (!field.hasAttribute("data-cell") || event.isComposing) {
          return;
        }
        if (field.tagName !== "SELECT") {
          foldInPlace(field);
        }
        hooks.changed(field);
        if (field.tagName === "SELECT") {
          hooks.left(field);
        }
      });
    });
    form.addEventListener("focusin", function (event) {
      if (event.target.matches("input[data-cell]")) {
        event.target.select();
      }
    });
    form.addEventListener("focusout", function (event) {
      if (event.target.matches("input[data-cell]")) {
        event.target.value = fold(event.target.value).trim();
        hooks.left(event.target);
      }
    });
    form.addEventListener("paste", function (event) {
      var text = event.clipboardData ? event.clipboardData.getData("text/plain") : "";
      var block = /[\t\n\r]/.test(text.replace(/\r?\n$/, ""));
      if (event.target.hasAttribute("data-cell") && (block || event.target.tagName === "SELECT")) {
        event.preventDefault();
        paste(form, event.target, text, hooks);
      }
    });
  }

  window.liangzhunGrid = { attach: attach, fault: fault, fold: fold, nextEmpty: nextEmpty, go: go };
})();
