// The link of an invitation: selected at a touch, copied by a button where the browser allows it.
(function () {
  "use strict";

  document.querySelectorAll("[data-select-all]").forEach(function (field) {
    field.addEventListener("focus", function () { field.select(); });
  });

  document.querySelectorAll("[data-copies]").forEach(function (button) {
    var field = document.getElementById(button.getAttribute("data-copies"));
    if (!navigator.clipboard) {
      return;
    }
    button.hidden = false;
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(field.value).then(function () {
        button.querySelector("span").textContent = button.getAttribute("data-said");
      }, function () { field.select(); });
    });
  });
})();
