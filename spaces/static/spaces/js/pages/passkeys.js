// Shows on the page that the user or the browser canceled a passkey ceremony. A classic script, like allauth's own.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const problem = document.getElementById("passkey-problem");
  problem.hidden = false;
});
