// The console works without this file; it adds the copy buttons.
document.documentElement.classList.add('js');

document.addEventListener('click', async (event) => {
  const button = event.target.closest('button[data-copy]');
  if (!button) {
    return;
  }
  const source = document.getElementById(button.dataset.copy);
  const said = document.getElementById('said');
  try {
    await navigator.clipboard.writeText(source.textContent);
    say('Copied');
  } catch {
    // Without permission, or on a plain connection: the text is selected, so that one key copies it.
    getSelection().selectAllChildren(source);
    say('Selected: copy it with your keyboard');
  }

  function say(text) {
    button.textContent = text;
    if (said) {
      said.textContent = text;
    }
    setTimeout(() => { button.textContent = button.dataset.label; }, 2500);
  }
});
