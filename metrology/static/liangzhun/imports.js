// Correcting rows of an import: Enter goes down, a cell that is right again says so to screen readers.
(function () {
  "use strict";

  var table = document.querySelector(".import-table");
  if (!table) {
    return;
  }

  function below(input, step) {
    var row = input.closest("tr");
    do {
      row = step > 0 ? row.nextElementSibling : row.previousElementSibling;
    } while (row && !row.querySelector("input[name='" + input.name + "']"));
    return row && row.querySelector("input[name='" + input.name + "']");
  }

  table.addEventListener("keydown", function (event) {
    if (event.target.tagName !== "INPUT" || event.isComposing || event.key !== "Enter") {
      return;
    }
    event.preventDefault();
    var next = below(event.target, event.shiftKey ? -1 : 1);
    if (next) {
      next.focus();
      next.select();
    } else {
      event.target.blur();
      event.target.focus();
    }
  });

  table.addEventListener("click", function (event) {
    var link = event.target.closest("a[data-cell]");
    var input = link && document.getElementById(link.getAttribute("href").slice(1));
    if (input) {
      event.preventDefault();
      input.focus();
      input.scrollIntoView({ block: "nearest", inline: "center" });
    }
  });

  document.body.addEventListener("htmx:afterSettle", function () {
    table.querySelectorAll("input[aria-describedby]").forEach(function (input) {
      var note = document.getElementById(input.getAttribute("aria-describedby"));
      if (note && note.querySelector(".problem-wrong")) {
        input.setAttribute("aria-invalid", "true");
      } else {
        input.removeAttribute("aria-invalid");
      }
    });
  });
})();
