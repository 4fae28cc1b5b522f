// Compares a chosen file with the issued one by SHA-256, in the browser: the file stays on the device.
// Without Web Crypto (no HTTPS) the form is sent and the server compares.
(function () {
  "use strict";

  var form = document.querySelector("[data-file-check]");
  if (!form || !window.crypto || !window.crypto.subtle) {
    return;
  }
  var input = form.querySelector("input[type=file]");
  var answer = form.querySelector("[data-file-answer]");

  function hex(buffer) {
    return Array.prototype.map.call(new Uint8Array(buffer), function (byte) {
      return ("0" + byte.toString(16)).slice(-2);
    }).join("");
  }

  function say(text, tone) {
    answer.textContent = text;
    answer.className = tone ? "verdict verdict-" + tone : "";
  }

  function compare() {
    var file = input.files[0];
    if (!file) {
      return;
    }
    say(form.dataset.busy, "");
    file.arrayBuffer().then(function (bytes) {
      return window.crypto.subtle.digest("SHA-256", bytes);
    }).then(function (digest) {
      var found = hex(digest);
      if (!form.dataset.sha256) {
        window.location.assign(form.action + "?sha256=" + found);
        return;
      }
      var same = found === form.dataset.sha256;
      say((same ? "✓ " + form.dataset.same : "✕ " + form.dataset.other), same ? "good" : "bad");
    });
  }

  input.addEventListener("change", compare);
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    compare();
  });
})();
