/* The tour of the demonstration: its words stand in the page, its library is loaded when somebody asks. */
(function () {
  "use strict";

  var button = document.getElementById("tour");
  var words = document.getElementById("tour-words");
  if (!button || !words) { return; }
  button.hidden = false;

  function load(then) {
    if (window.driver) { then(); return; }
    var sheet = document.createElement("link");
    sheet.rel = "stylesheet";
    sheet.href = button.dataset.sheet;
    document.head.insertBefore(sheet, document.head.querySelector('link[href*="demo"]'));
    var script = document.createElement("script");
    script.src = button.dataset.script;
    script.onload = then;
    document.head.appendChild(script);
  }

  function visible(element) {
    return element && element.getClientRects().length > 0;
  }

  function steps() {
    return Array.from(document.querySelectorAll("#tour-steps li")).map(function (step) {
      var places = Array.from(document.querySelectorAll('[data-tour="' + step.dataset.at + '"]'));
      var place = places.filter(visible)[0];
      return {
        element: place || undefined,
        popover: { title: step.dataset.title, description: step.textContent }
      };
    });
  }

  function begin() {
    var still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    window.driver.js.driver({
      animate: !still,
      showProgress: true,
      progressText: words.dataset.progress.replace("{number}", "{{current}}").replace("{total}", "{{total}}"),
      nextBtnText: words.dataset.next,
      prevBtnText: words.dataset.back,
      doneBtnText: words.dataset.done,
      steps: steps(),
      onDestroyed: function () { button.focus(); }
    }).drive();
  }

  button.addEventListener("click", function () { load(begin); });
})();
