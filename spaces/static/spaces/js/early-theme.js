// Runs before the first paint, so that a chosen theme does not flash the other one. Not a module: modules wait.
(() => {
  try {
    const theme = localStorage.getItem("spaces:theme");
    if (theme) document.documentElement.dataset.theme = theme;
  } catch {
    // Storage is switched off: the system's theme it is.
  }
})();
