// The tools beside the grid: next empty cell, all checks passed, change of sign, the list of keys.
(function () {
  "use strict";

  var entry = window.liangzhunEntry;
  if (!entry) {
    return;
  }
  var form = entry.form;
  var last = null;

  function each(selector, act) {
    document.querySelectorAll(selector).forEach(act);
  }

  form.addEventListener("focusin", function (event) {
    if (event.target.hasAttribute("data-cell")) {
      last = event.target;
    }
  });

  each("[data-next-empty]", function (button) {
    button.addEventListener("click", function () { window.liangzhunGrid.nextEmpty(form, last); });
  });

  each("[data-all-passed]", function (button) {
    button.addEventListener("click", function () {
      document.getElementById(button.dataset.allPassed).querySelectorAll("select[data-cell]").forEach(
        function (field) {
          if (!field.value) {
            field.value = "pass";
            entry.changed(field);
            entry.left(field);
          }
        }
      );
    });
  });

  // Some tablets show no minus on their number pad.
  each("[data-sign]", function (button) {
    button.addEventListener("pointerdown", function (event) { event.preventDefault(); });
    button.addEventListener("click", function () {
      if (last && last.tagName === "INPUT") {
        last.value = last.value.charAt(0) === "-" ? last.value.slice(1) : "-" + last.value.replace(/^\+/, "");
        entry.changed(last);
      }
    });
  });

  each("[data-opens]", function (button) {
    button.addEventListener("click", function () { document.getElementById(button.dataset.opens).showModal(); });
  });
})();
