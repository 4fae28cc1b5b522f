// Selecting in the ledger: all of a page at once, and how many there are.
(function () {
  "use strict";

  document.querySelectorAll("form[data-selection]").forEach(function (form) {
    var all = form.querySelector("[data-select-all]");
    var words = form.querySelector("[data-selected-words]");
    var empty = words.textContent;

    function boxes() {
      return Array.from(form.querySelectorAll("tbody input[type=checkbox]:not(:disabled)"));
    }

    function tell() {
      var ticked = boxes().filter(function (box) { return box.checked; }).length;
      all.checked = ticked > 0 && ticked === boxes().length;
      all.indeterminate = ticked > 0 && !all.checked;
      words.textContent = ticked ? words.dataset.selectedWords.replace("{count}", ticked) : empty;
    }

    all.hidden = false;
    form.addEventListener("change", function (event) {
      if (event.target === all) {
        boxes().forEach(function (box) { box.checked = all.checked; });
      }
      tell();
    });
    window.addEventListener("pageshow", tell);
  });
})();
