// A shop's page: opens a session, runs Proof's widget, shows the status, and shows the order again after a reload.
import {follow, openSession, runWidget} from 'rampgate';
import type {Options, Order, Problem, Session, Transaction, TransactionType} from 'rampgate';
import './style.css';

interface Config {
  /** Where Rampgate is. */
  rampgate: string;
  /** The script of Proof's widget. */
  widget: string;
}

const config = (await (await fetch('config.json')).json()) as Config;
const options: Options = {
  base: config.rampgate,
  // A real shop sends the token of its signed-in user; the sandbox has one user, whatever is sent.
  headers: () => ({Authorization: `Bearer ${sessionStorage.getItem('token') ?? 'demo'}`}),
};

const form = element<HTMLFormElement>('order');
const message = element('message');
let stop = (): void => {};

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const entered = new FormData(form);
  const order: Order = {
    network: 'ERC20',
    currency: 'USDC',
    amount: String(entered.get('amount')),
    type: entered.get('type') as TransactionType,
    reference: `order-${Date.now()}`,
  };
  try {
    const {session, ticket} = await openSession(order, options);
    remember(session);
    show(session.merchant_transaction_id, ticket);
    await pay(session);
  } catch (problem) {
    explain(problem as Problem);
  }
});

element('again').addEventListener('click', () => {
  location.search = '';
});

/** What a reload needs: the id, which is in the address, and the session, which stays in this tab. */
function remember(session: Session): void {
  const page = new URL(location.href);
  page.searchParams.set('transaction', session.merchant_transaction_id);
  history.replaceState(null, '', page);
  sessionStorage.setItem(session.merchant_transaction_id, JSON.stringify(session));
}

/** Shows the transaction and each change. Without a ticket, follow fetches one. */
function show(id: string, ticket?: string): void {
  form.hidden = true;
  element('again').hidden = false;
  stop();
  stop = follow(id, {onState: tell, onTransition: tell, onConfirmed: tell, onProblem: explain}, {...options, ticket});
}

async function pay(session: Session): Promise<void> {
  await runWidget(session, element('widget'), config.widget, {
    // For information only: what counts is what follow tells.
    onStatusChange: ({status}) => console.info(`The widget says ${status}`),
  });
}

function tell(transaction: Transaction): void {
  message.dataset.kind = transaction.confirmed ? 'confirmed' : 'status';
  message.textContent = words(transaction);
}

function words({status, confirmed, type, attempt, crypto_amount, fiat_amount, fiat_currency}: Transaction): string {
  switch (status) {
    case 'pending':
      return type === 'sell' ? 'Waiting for your deposit' : 'Waiting for your payment';
    case 'processing':
      return attempt > 1 ? `Received, at attempt ${attempt}` : 'Received';
    case 'completed':
      if (!confirmed) {
        return 'Almost done';
      }
      return type === 'sell' ? `Done: ${fiat_amount} ${fiat_currency} paid out` : `Done: ${crypto_amount} USDC delivered`;
    case 'failed':
      return 'The payment failed. You can try again.';
    case 'cancelled':
      return 'Cancelled';
  }
}

function explain(problem: Problem): void {
  if (problem.status === 404) {
    stop();
  }
  message.dataset.kind = 'problem';
  const fields = problem.errors?.map(({field, detail}) => `${field} ${detail}`).join(', ');
  message.textContent = fields || (problem.detail ?? problem.message);
}

function element<E extends HTMLElement = HTMLElement>(id: string): E {
  const found = document.getElementById(id);
  if (!found) {
    throw new Error(`No element ${id}`);
  }
  return found as E;
}

// After a reload.
const id = new URLSearchParams(location.search).get('transaction');
if (id) {
  show(id);
  const kept = sessionStorage.getItem(id);
  if (kept) {
    await pay(JSON.parse(kept) as Session).catch(explain);
  }
}
