// What scrolls can be reached by keyboard, and says what it is; once more after each resize.
function nameScrollers() {
  document.querySelectorAll(".md-typeset__scrollwrap, .md-typeset pre > code, .md-sidebar__scrollwrap").forEach((box) => {
    box.setAttribute("tabindex", "0");
  });
}
document.addEventListener("DOMContentLoaded", nameScrollers);
window.addEventListener("load", nameScrollers);
