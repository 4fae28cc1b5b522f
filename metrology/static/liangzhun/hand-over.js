// Before handing over: does this computer still hold values that never reached the server?
(function () {
  "use strict";

  var box = document.getElementById("unsent");
  var open = Object.keys(window.liangzhunStore.open(box.dataset.user, box.dataset.job).all()).length;
  if (open) {
    box.querySelector("[data-count]").textContent = open;
    box.hidden = false;
  }
})();
