// The scan field keeps the cursor, its text selected for the next scan; a camera only where the browser reads codes.
(function () {
  "use strict";

  var field = document.getElementById("code");
  var button = document.getElementById("camera");
  var eye = document.getElementById("eye");
  var stream = null;

  field.focus();
  field.select();

  if (!window.isSecureContext || !("BarcodeDetector" in window) || !navigator.mediaDevices) {
    return;
  }
  button.hidden = false;

  function stop() {
    if (stream) {
      stream.getTracks().forEach(function (track) { track.stop(); });
      stream = null;
    }
    eye.hidden = true;
  }

  function look(detector) {
    if (!stream) {
      return;
    }
    detector.detect(eye).then(function (codes) {
      if (codes.length) {
        field.value = codes[0].rawValue;
        stop();
        document.getElementById("scan-form").requestSubmit();
      } else {
        window.setTimeout(function () { look(detector); }, 150);
      }
    }, stop);
  }

  button.addEventListener("click", function () {
    if (stream) {
      stop();
      return;
    }
    navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } }).then(function (found) {
      stream = found;
      eye.srcObject = found;
      eye.hidden = false;
      return eye.play().then(function () {
        look(new window.BarcodeDetector({ formats: ["qr_code", "code_128"] }));
      });
    }).catch(stop);
  });
})();
