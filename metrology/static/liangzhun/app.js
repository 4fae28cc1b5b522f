// Small manners of every page: menus, theme, and telling the reader when the server could not be reached.
(function () {
  "use strict";

  document.querySelectorAll("[data-theme-switch]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", window.liangzhunTheme.toggle);
  });

  document.querySelectorAll("[data-toggles]").forEach(function (button) {
    var target = document.getElementById(button.getAttribute("data-toggles"));
    button.addEventListener("click", function () {
      var open = target.classList.toggle("show");
      button.setAttribute("aria-expanded", String(open));
    });
  });

  // A <details class="menu"> closes like a menu: by Escape and by a click elsewhere.
  document.addEventListener("click", function (event) {
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) {
        menu.open = false;
      }
    });
  });
  document.addEventListener("keydown", function (event) {
    var menu = event.key === "Escape" && document.querySelector("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // F2 leads to the scan field from anywhere; there it takes the cursor back.
  document.addEventListener("keydown", function (event) {
    var target = event.key === "F2" && document.querySelector("[data-hotkey=F2]");
    if (target) {
      event.preventDefault();
      target.focus();
      if (target.tagName === "INPUT") {
        target.select();
      } else {
        target.click();
      }
    }
  });

  // A form is sent once, however often its button is pressed; one that only fetches a file may be sent again.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post" || event.defaultPrevented || "reusable" in form.dataset) {
      return;
    }
    if (form.dataset.sent || (form.dataset.confirm && !window.confirm(form.dataset.confirm))) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    form.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) {
      delete form.dataset.sent;
      form.removeAttribute("aria-busy");
    });
  });

  // htmx leaves the page as it is when a request fails; say so where the reader looks.
  function announce(failed) {
    document.body.classList.toggle("request-failed", failed);
  }
  document.body.addEventListener("htmx:sendError", function () { announce(true); });
  document.body.addEventListener("htmx:responseError", function () { announce(true); });
  document.body.addEventListener("htmx:afterOnLoad", function () { announce(false); });
})();
