// The page inside the widget's iframe: it shows where the transaction stands and lets a person do what a user would.
'use strict';

const ASK_EVERY_MS = 700;
const TERMINAL = ['completed', 'failed', 'cancelled'];

const main = document.getElementById('main');
let page = null;      // origin of the page that embeds the widget, known from its first message
let token = null;
let shown = '';       // what the screen was drawn for, so that it is not drawn again while nothing changes
let told = '';        // last widget status told to the page
let deposited = false; // whether onSellTransferEnabled was called
let busy = false;

window.addEventListener('message', async ({origin, source, data}) => {
  if (source !== parent || data?.proof !== 'start' || token) {
    return;
  }
  page = origin;
  const theme = data.parameters?.theme;
  if (theme === 'light' || theme === 'dark') {
    document.documentElement.dataset.theme = theme;
  }
  const started = await call('POST', 'start', {parameters: data.parameters, callbacks: data.callbacks});
  complain(started.complaints);
  if (!started.state) {
    main.replaceChildren(
      heading('This widget cannot start'),
      text('p', 'The page must pass every value exactly as the session answered it.', 'quiet'));
    return;
  }
  token = data.parameters.initToken;
  show(started.state);
  callback('onReady');
  follow();
});

async function follow() {
  try {
    if (!busy) {
      show(await call('GET', 'state'));
    }
  } catch (problem) {
    refuse(problem.message);
  }
  setTimeout(follow, ASK_EVERY_MS);
}

async function take(step, event) {
  const buttons = [...main.querySelectorAll('button')];
  buttons.forEach((button) => { button.disabled = true; });
  busy = true;
  refuse('');
  try {
    show(await call('POST', `steps/${step}`));
    main.querySelector('h1')?.focus();
  } catch (problem) {
    refuse(problem.message);
    buttons.forEach((button) => { button.disabled = false; });
    event?.target.focus();
  } finally {
    busy = false;
  }
}

function show(state) {
  const drawn = JSON.stringify([state.status, state.kyc_status, state.changes]);
  if (drawn !== shown) {
    shown = drawn;
    main.replaceChildren(...screen(state).flat().filter(Boolean));
    tell(state);
  }
}

function screen(state) {
  const buy = state.type === 'buy';
  if (TERMINAL.includes(state.status)) {
    return ended(state, buy);
  }
  if (state.kyc_status !== 'verified' && state.status === 'pending') {
    return identity(state);
  }
  if (state.status === 'pending') {
    return buy ? payment(state) : deposit(state);
  }
  return [
    mark('', 'busy'),
    heading(buy ? 'Payment received' : 'Deposit received'),
    text('p', buy ? `${state.currency} is on its way to your wallet.` : `${state.fiat_currency} is on its way to your card.`, 'quiet'),
    sum(state),
  ];
}

function identity(state) {
  const again = state.kyc_status === 'failed';
  return [
    heading(again ? 'Your identity could not be verified' : 'Verify your identity'),
    text('p', again ? 'The documents were not readable. Please try again.' : 'A document and a selfie, once. Here a click is enough.', 'quiet'),
    sum(state),
    steps([['Finish the identity check', 'verify', 'primary']], [['Fail the check', 'reject'], ['Cancel', 'cancel']]),
  ];
}

function payment(state) {
  return [
    heading('Pay by card'),
    text('p', 'Card ending in 4242', 'quiet'),
    sum(state),
    steps(
      [[`Pay ${state.fiat_amount} ${state.fiat_currency}`, 'pay', 'primary']],
      [['Decline the card', 'decline'], ['Cancel', 'cancel']]),
  ];
}

function deposit(state) {
  const address = text('p', state.address, 'address');
  address.prepend(text('span', `Deposit address on ${state.network}`));
  return [
    heading(`Send ${state.amount} ${state.currency}`),
    text('p', 'The payout to your card follows when it arrives.', 'quiet'),
    sum(state),
    address,
    steps([['Send the crypto', 'send', 'primary']], [['Cancel', 'cancel']]),
  ];
}

function ended(state, buy) {
  if (state.status === 'completed') {
    return [
      mark('✓', 'good'),
      heading(buy ? `${state.crypto_amount} ${state.currency} delivered` : `${state.fiat_amount} ${state.fiat_currency} paid out`),
      text('p', 'You can close this window.', 'quiet'),
      sum(state),
    ];
  }
  const failed = state.status === 'failed';
  return [
    failed ? mark('!', 'bad') : mark('×'),
    heading(failed ? (buy ? 'The payment failed' : 'The sale failed') : 'Cancelled'),
    text('p', `${buy ? 'Nothing was charged' : 'Nothing was sold'}. You can try again with the same session.`, 'quiet'),
    sum(state),
    steps([['Try again', 'retry', 'primary']]),
  ];
}

/** What the user pays or gets in fiat, by status: before, while it happens, afterwards, and if it did not happen. */
const FIAT_LABELS = {
  buy: {pending: 'you pay', processing: 'you paid', completed: 'you paid', failed: 'to pay', cancelled: 'to pay'},
  sell: {pending: 'you get', processing: 'you get', completed: 'you got', failed: 'to get', cancelled: 'to get'},
};

function sum(state) {
  const crypto = [`${state.crypto_amount || state.amount} ${state.currency}`, `on ${state.network}`];
  const fiat = [`${state.fiat_amount} ${state.fiat_currency}`, FIAT_LABELS[state.type]?.[state.status] ?? 'in fiat'];
  const box = text('div', '', 'sum');
  for (const [amount, label] of state.type === 'buy' ? [fiat, crypto] : [crypto, fiat]) {
    const part = document.createElement('div');
    part.append(text('span', label), text('strong', amount));
    box.append(part);
  }
  return box;
}

// The statuses that the page hears are the widget's own, not those of the partner API.
function tell(state) {
  const status = widgetStatus(state);
  if (status && status !== told) {
    told = status;
    callback('onStatusChange', {
      amount: state.amount,
      currency: state.currency,
      network: state.network,
      fiat_amount: state.fiat_amount,
      fiat_currency: state.fiat_currency,
      merchant_transaction_id: state.merchant_transaction_id,
      status,
      payment_method: state.payment_method ?? 'card',
    });
    if (state.type === 'buy' && (status === 'paid' || status === 'order_failed')) {
      callback('onPaymentFinished', {payment_method: state.payment_method ?? 'card'});
    }
  }
  if (state.type === 'sell' && state.status === 'pending' && state.kyc_status === 'verified' && !deposited) {
    deposited = true;
    callback('onSellTransferEnabled', {
      amount: state.amount,
      currency: state.currency,
      network: state.network,
      address: state.address,
      id: state.merchant_transaction_id,
      flow_id: 'payout',
    });
  }
}

function widgetStatus(state) {
  switch (state.status) {
    case 'pending': return 'new';
    case 'processing': return 'paid';
    case 'completed': return 'paid';
    case 'failed': return 'order_failed';
    case 'cancelled': return 'cancelled';
    default: return '';
  }
}

function complain(complaints) {
  const boxes = [];
  for (const severity of ['error', 'warning']) {
    const those = complaints.filter((complaint) => complaint.severity === severity);
    if (those.length > 0) {
      const box = text('div', '', `complaints ${severity}`);
      const list = document.createElement('ul');
      list.append(...those.map((complaint) => text('li', complaint.text)));
      box.append(text('strong', severity === 'error' ? 'The integration is wrong' : 'The integration is incomplete'), list);
      boxes.push(box);
      those.forEach((complaint) => send({proof: 'complaint', text: complaint.text}));
    }
  }
  document.getElementById('complaints').replaceChildren(...boxes);
}

function refuse(why) {
  document.getElementById('refusal').textContent = why;
}

function steps(...rows) {
  const box = text('div', '', 'steps');
  for (const row of rows) {
    const line = text('div', '', 'row');
    line.append(...row.map(([label, step, kind]) => {
      const button = text('button', label, kind);
      button.type = 'button';
      button.dataset.step = step;
      button.addEventListener('click', (event) => take(step, event));
      return button;
    }));
    box.append(line);
  }
  return box;
}

function heading(content) {
  const title = text('h1', content);
  title.tabIndex = -1;
  return title;
}

function mark(content, kind = '') {
  const sign = text('div', content, `mark ${kind}`);
  sign.setAttribute('aria-hidden', 'true');
  return sign;
}

function text(tag, content, className) {
  const element = document.createElement(tag);
  element.textContent = content;
  if (className) {
    element.className = className;
  }
  return element;
}

function callback(name, payload) {
  send({proof: 'callback', name, payload});
}

function send(message) {
  if (page) {
    parent.postMessage(message, page);
  }
}

async function call(method, path, body) {
  const headers = {};
  if (body) {
    headers['Content-Type'] = 'application/json';
  }
  if (token) {
    headers['X-Init-Token'] = token;
  }
  const answer = await fetch(path, {method, headers, body: body && JSON.stringify(body)});
  const json = await answer.json();
  if (!answer.ok) {
    throw new Error(json.error);
  }
  return json;
}

new ResizeObserver(() => send({proof: 'height', height: document.documentElement.offsetHeight}))
  .observe(document.documentElement);
parent.postMessage({proof: 'hello'}, '*');
