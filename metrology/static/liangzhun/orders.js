// Lists of instruments with boxes: how many are meant, all at once, and what is left out.
(function () {
  "use strict";

  document.querySelectorAll("[data-order]").forEach(function (form) {
    var count = form.querySelector("[data-count]");
    form.addEventListener("change", function (event) {
      if (event.target.name !== "out") {
        return;
      }
      event.target.closest("tr").classList.toggle("is-out", event.target.checked);
      var all = form.querySelectorAll("input[name=out]");
      var out = form.querySelectorAll("input[name=out]:checked");
      count.textContent = String(all.length - out.length);
    });
  });

  document.querySelectorAll("[data-picks]").forEach(function (form) {
    var name = form.getAttribute("data-picks");
    var all = form.querySelector("[data-all]");
    var said = form.querySelector("[data-picked]");
    function boxes() {
      return Array.prototype.slice.call(form.querySelectorAll("input[name=" + name + "]"));
    }
    function tell() {
      var picked = boxes().filter(function (box) { return box.checked; }).length;
      if (said) {
        said.textContent = String(picked);
      }
      if (all) {
        all.checked = picked > 0 && picked >= boxes().filter(function (box) { return !box.hasAttribute("data-skip"); }).length;
        all.indeterminate = picked > 0 && !all.checked;
      }
    }
    if (all) {
      all.closest("[hidden]") && (all.closest("[hidden]").hidden = false);
      all.addEventListener("change", function () {
        boxes().forEach(function (box) { box.checked = all.checked && !box.hasAttribute("data-skip"); });
        tell();
      });
    }
    form.addEventListener("change", tell);
    window.addEventListener("pageshow", tell);
    tell();
  });
})();
