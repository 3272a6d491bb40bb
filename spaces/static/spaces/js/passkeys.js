// A ceremony that the person or the browser broke off: say it on the page. A classic script, as allauth's beside it are.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const problem = document.getElementById("passkey-problem");
  problem.hidden = false;
});
