// The reviewer's desk by keyboard: j and k walk the queue, a goes to the decision, r returns; a value clicked is the cell meant.
(function () {
  "use strict";

  var comment = document.querySelector("[name=text]");
  var place = document.querySelector("[name=cell]");
  var returning = document.querySelector("details.return");

  function typing(target) {
    return target.closest("input, textarea, select, [contenteditable]") !== null;
  }

  function follow(rel) {
    var link = document.querySelector("a[rel=" + rel + "]");
    if (link) {
      link.click();
    }
  }

  function openReturn() {
    if (returning) {
      returning.open = true;
      comment.focus();
    }
  }

  var keys = {
    j: function () { follow("next"); },
    k: function () { follow("prev"); },
    r: openReturn,
    a: function () {
      var first = document.querySelector("#decision form input:not([type=hidden]), #decision form button");
      if (first) {
        first.scrollIntoView({block: "center"});
        first.focus();
      }
    }
  };

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || !keys[event.key]) {
      return;
    }
    event.preventDefault();
    keys[event.key]();
  });

  document.querySelectorAll("[data-cell]").forEach(function (value) {
    value.addEventListener("click", function () {
      if (place) {
        place.value = value.dataset.cell;
        openReturn();
      }
    });
  });

  var all = document.querySelector("[data-pick-all]");
  if (all) {
    all.hidden = false;
    all.addEventListener("click", function () {
      document.querySelectorAll(".pick input").forEach(function (box) { box.checked = true; });
    });
  }
})();
