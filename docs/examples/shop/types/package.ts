// The types of the package, checked: what must compile, and what must not.
import {fetchTicket, follow, openSession, runWidget, widgetParameters} from 'rampgate';
import type {Listeners, Problem, Status, Transaction, WidgetCallbacks} from 'rampgate';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;
const holds = <_T extends true>(): void => {};

holds<Same<Status, 'pending' | 'processing' | 'completed' | 'failed' | 'cancelled'>>();
holds<Same<Transaction['status'], Status>>();
holds<Same<Parameters<NonNullable<Listeners['onConfirmed']>>, [transaction: Transaction]>>();
holds<Same<Parameters<NonNullable<Listeners['onProblem']>>, [problem: Problem]>>();
holds<Same<keyof WidgetCallbacks, 'onLoad' | 'onReady' | 'onStatusChange' | 'onPaymentFinished' | 'onSellTransferEnabled'>>();
holds<Same<Transaction['crypto_amount'], string | undefined>>();

const {session, ticket} = await openSession(
  {network: 'ERC20', currency: 'USDC', amount: '42.75', metadata: {cart: '7'}},
  {base: 'https://ramp.example.com', headers: async () => ({Authorization: 'Bearer x'}), idempotencyKey: 'order-7'},
);
holds<Same<typeof ticket, string | undefined>>();
holds<Same<typeof session.merchant_transaction_id, string>>();
holds<Same<typeof session.fix_network, string[] | undefined>>();
await runWidget(session, document.body, 'https://widget.example.com/widget.js', {
  onLoad() {},
  onStatusChange: ({status, fiat_amount}) => console.log(status === 'paid', fiat_amount.length),
  onSellTransferEnabled: ({address, flow_id}) => console.log(address, flow_id),
});
const again: string = await fetchTicket('id', {headers: () => ({})});
const parameters: Record<string, unknown> = widgetParameters(session);
const stop: () => void = follow('id', {onEnd: ({settled}) => console.log(settled, parameters)}, {ticket: again});
stop();

// @ts-expect-error an amount is a string
await openSession({network: 'ERC20', currency: 'USDC', amount: 42.75});
// @ts-expect-error no such type
await openSession({network: 'ERC20', currency: 'USDC', amount: '1', type: 'swap'});
// @ts-expect-error the network is missing
await openSession({currency: 'USDC', amount: '1'});
// @ts-expect-error no such listener
follow('id', {onDone() {}});
// @ts-expect-error headers are a function, so that a new token is used
follow('id', {}, {headers: {Authorization: 'Bearer x'}});
// @ts-expect-error the widget needs an element
await runWidget(session, '#widget', 'https://widget.example.com/widget.js');
// @ts-expect-error no such status
follow('id', {onState: ({status}) => status === 'paid'});

// With exactOptionalPropertyTypes, too, a field that may be absent may be undefined.
const unknown = undefined;
await openSession(
  {network: 'ERC20', currency: 'USDC', amount: '1', type: unknown, redirect_url: unknown, address: unknown, reference: unknown, metadata: unknown},
  {base: unknown, headers: unknown, idempotencyKey: unknown},
);
await fetchTicket('id', {signal: unknown});
follow('id', {onState: unknown, onTransition: unknown, onConfirmed: unknown, onEnd: unknown, onProblem: unknown}, {ticket, renew: unknown})();
await runWidget(session, document.body, 'https://widget.example.com/widget.js', {
  onLoad: unknown,
  onReady: unknown,
  onStatusChange: unknown,
  onPaymentFinished: unknown,
  onSellTransferEnabled: unknown,
});
