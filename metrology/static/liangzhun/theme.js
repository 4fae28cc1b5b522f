// Before the first paint: the reader's own choice, else what the system prefers.
(function () {
  "use strict";
  var dark = window.matchMedia("(prefers-color-scheme: dark)");

  function chosen() {
    try {
      return window.localStorage.getItem("theme");
    } catch (error) {
      return null;
    }
  }

  function apply() {
    var theme = chosen() || (dark.matches ? "dark" : "light");
    document.documentElement.setAttribute("data-bs-theme", theme);
  }

  window.liangzhunTheme = {
    toggle: function () {
      var now = document.documentElement.getAttribute("data-bs-theme");
      var next = now === "dark" ? "light" : "dark";
      try {
        if ((next === "dark") === dark.matches) {
          window.localStorage.removeItem("theme");
        } else {
          window.localStorage.setItem("theme", next);
        }
      } catch (error) {
        // Storage may be closed to us; the choice then lasts for this page.
      }
      document.documentElement.setAttribute("data-bs-theme", next);
    },
  };

  document.documentElement.classList.add("js");
  dark.addEventListener("change", apply);
  apply();
})();
