// The connection card: each of its lines can be copied.

document.addEventListener("click", async (event) => {
  const pressed = event.target.closest(".connection [data-copy]");
  if (!pressed) return;
  const said = pressed.closest(".connection").querySelector(".connection-said");
  try {
    await navigator.clipboard.writeText(pressed.dataset.copy);
    said.textContent = `Copied: ${pressed.dataset.copy}`;
  } catch { // no permission, or an older browser
    getSelection().selectAllChildren(pressed.parentElement.querySelector("code"));
    said.textContent = "Marked: copy it with Ctrl+C.";
  }
});
