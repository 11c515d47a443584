// The sandbox's stand-in for Proof's widget script: proofWidget.run({...}) as the partner documentation shows it.
// It draws an iframe into `host`, hands the parameters over for checking, and passes the callbacks on.
(() => {
  'use strict';

  const home = new URL(document.currentScript.src).origin;
  const widgets = new Map();

  function run(options) {
    const given = options ?? {};
    const host = given.host;
    if (!(host instanceof Element)) {
      complain(document.body, 'host must be a DOM element of the page, for example a div.');
      return;
    }
    for (const name of Object.keys(given)) {
      if (/^on[A-Z]/.test(name) && typeof given[name] !== 'function') {
        complain(host, `${name} must be a function.`);
        return;
      }
    }

    const frame = document.createElement('iframe');
    frame.title = 'Proof widget (simulated)';
    frame.src = `${home}/frame/`;
    frame.allow = `camera ${home}; payment ${home}`;
    frame.style.cssText = 'display:block;width:100%;height:26rem;border:0;color-scheme:light dark';
    host.replaceChildren(frame);
    widgets.set(frame, given);
    call(given, 'onLoad');
  }

  window.addEventListener('message', ({origin, source, data}) => {
    if (origin !== home) {
      return;
    }
    for (const [frame, given] of widgets) {
      if (!frame.isConnected) {
        widgets.delete(frame);
      } else if (frame.contentWindow === source) {
        hear(frame, given, data);
      }
    }
  });

  function hear(frame, given, message) {
    switch (message?.proof) {
      case 'hello':
        frame.contentWindow.postMessage({proof: 'start', ...plain(given)}, home);
        break;
      case 'height':
        frame.style.height = `${Math.ceil(message.height)}px`;
        break;
      case 'callback':
        call(given, message.name, message.payload);
        break;
      case 'complaint':
        console.error(`Proof widget: ${message.text}`);
        break;
    }
  }

  // Functions and the host cannot cross into another origin; everything else does, exactly as it is.
  function plain(given) {
    const parameters = {};
    const callbacks = [];
    for (const [name, value] of Object.entries(given)) {
      if (typeof value === 'function') {
        callbacks.push(name);
      } else if (name !== 'host') {
        parameters[name] = value;
      }
    }
    return {parameters: JSON.parse(JSON.stringify(parameters)), callbacks};
  }

  function call(given, name, payload) {
    if (typeof given[name] === 'function') {
      payload === undefined ? given[name]() : given[name](payload);
    }
  }

  function complain(place, text) {
    const note = document.createElement('p');
    note.setAttribute('role', 'alert');
    note.dataset.proofComplaint = '';
    note.style.cssText = 'margin:0;padding:1rem;border:2px solid #b3261e;background:#fff;color:#8c1d18;font:1rem/1.5 system-ui,sans-serif';
    note.textContent = `Proof widget: ${text}`;
    place.prepend(note);
    console.error(note.textContent);
  }

  window.proofWidget = Object.freeze({run});
})();
