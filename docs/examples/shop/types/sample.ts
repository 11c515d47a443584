import {follow, openSession, runWidget} from 'rampgate';
import type {Options, Order, Problem, Transaction} from 'rampgate';

const options: Options = {
  base: 'http://localhost:8080',
  headers: () => ({Authorization: `Bearer ${sessionStorage.getItem('token')}`}),
};

/** Shows the widget in `host`. The function that it returns stops following. */
export async function buy(order: Order, key: string, host: HTMLElement, show: (now: Transaction) => void): Promise<() => void> {
  const {session, ticket} = await openSession(order, {...options, idempotencyKey: key});
  const stop = follow(session.merchant_transaction_id, {onState: show, onTransition: show, onConfirmed: show}, {...options, ticket});
  try {
    await runWidget(session, host, 'http://localhost:8090/widget.2.0.js', {
      onStatusChange: ({status}) => console.log(`The widget says ${status}`),
    });
  } catch (problem) {
    host.textContent = (problem as Problem).detail ?? 'The widget could not be loaded.';
  }
  return stop;
}
