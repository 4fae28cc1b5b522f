// The counter's scan field: each code ticks its piece; what is not on the page is asked of the server.
(function () {
  "use strict";

  var form = document.querySelector("[data-receiving]");
  if (!form) {
    return;
  }
  var scan = form.querySelector("[name=scan]");
  var heard = form.querySelector("[data-heard]");
  var ticked = form.querySelector("[data-ticked]");
  var all = form.querySelector("[data-all]");
  var rows = Array.prototype.slice.call(form.querySelectorAll("tr[data-codes]"));
  var waiting = [];
  var asking = false;

  function box(row) {
    return row.querySelector("[name=here]");
  }

  function folded(text) {
    return (text.normalize ? text.normalize("NFKC") : text).trim();
  }

  function tell(words, good, url, label) {
    heard.className = "heard " + (good ? "state-good" : "state-bad");
    heard.textContent = words;
    if (url) {
      var link = document.createElement("a");
      link.href = url;
      link.textContent = label;
      heard.appendChild(document.createTextNode(" "));
      heard.appendChild(link);
    }
  }

  function count() {
    var here = rows.filter(function (row) {
      row.classList.toggle("is-here", box(row).checked);
      return box(row).checked;
    }).length;
    ticked.textContent = String(here);
    all.checked = here > 0 && here === rows.length;
    all.indeterminate = here > 0 && here < rows.length;
  }

  function tick(row) {
    var name = row.getAttribute("data-name");
    var again = box(row).checked;
    box(row).checked = true;
    count();
    row.scrollIntoView({ block: "nearest" });
    tell(name + " " + form.getAttribute(again ? "data-again" : "data-here") + " (" + ticked.textContent + "/" + rows.length + ")", true);
  }

  // One code after the other, however fast they come; an answer never overtakes a later scan.
  function next() {
    if (asking || !waiting.length) {
      return;
    }
    var code = waiting.shift();
    var wanted = code.toLowerCase();
    var found = rows.filter(function (row) {
      return row.getAttribute("data-codes").toLowerCase().split("\n").indexOf(wanted) >= 0;
    });
    if (found.length === 1) {
      tick(found[0]);
      next();
      return;
    }
    asking = true;
    fetch(form.getAttribute("data-hear") + "?code=" + encodeURIComponent(code), { headers: { Accept: "application/json" } })
      .then(function (answer) {
        if (!answer.ok || answer.redirected) {
          throw new Error(String(answer.status));
        }
        return answer.json();
      })
      .then(function (said) {
        document.body.classList.remove("request-failed");
        var row = said.item && rows.filter(function (one) { return box(one).value === said.item; })[0];
        if (row) {
          tick(row);
        } else {
          tell(said.words, false, said.url, said.url_label);
        }
      })
      .catch(function () {
        document.body.classList.add("request-failed");
        scan.value = code;
      })
      .then(function () {
        asking = false;
        next();
      });
  }

  // Enter belongs to the scanner: it never sends the form, whatever field it arrives in.
  form.addEventListener("keydown", function (event) {
    if (event.key !== "Enter" || event.target.tagName === "BUTTON" || event.target.tagName === "A") {
      return;
    }
    event.preventDefault();
    if (event.target !== scan) {
      scan.focus();
      return;
    }
    hear();
  });
  form.querySelector("button[value=scan]").addEventListener("click", function (event) {
    event.preventDefault();
    hear();
    scan.focus();
  });

  function hear() {
    var code = folded(scan.value);
    scan.value = "";
    if (code) {
      waiting.push(code);
      next();
    }
  }

  all.closest("label").hidden = false;
  all.addEventListener("change", function () {
    rows.forEach(function (row) { box(row).checked = all.checked; });
    count();
  });
  form.addEventListener("change", function (event) {
    if (event.target.name === "here") {
      count();
    }
  });

  // Chips write their words; pressed again, they take them back.
  form.querySelectorAll("[data-says]").forEach(function (chips) {
    var target = document.getElementById(chips.getAttribute("data-says"));
    chips.hidden = false;
    chips.addEventListener("click", function (event) {
      if (event.target.tagName !== "BUTTON") {
        return;
      }
      var words = target.value.split("；").map(folded).filter(Boolean);
      var word = event.target.textContent;
      var place = words.indexOf(word);
      if (place >= 0) {
        words.splice(place, 1);
      } else {
        words.push(word);
      }
      target.value = words.join("；").slice(0, 200);
    });
  });

  window.addEventListener("pageshow", count);
  count();
})();
