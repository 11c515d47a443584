// Types of rampgate.js, the module that Rampgate serves at /rampgate.js. Apache-2.0.

/** The recorded status of a transaction. Those of the widget's callbacks are others: {@link StatusChange}. */
export type Status = 'pending' | 'processing' | 'completed' | 'failed' | 'cancelled';

export type TransactionType = 'buy' | 'sell';

/** What is to be bought or sold. */
export interface Order {
  /** Blockchain network, such as `ERC20`. */
  network: string;
  /** Crypto currency, such as `USDC`. */
  currency: string;
  /** Crypto amount: a decimal string, such as `42.75`. */
  amount: string;
  /** Default: `buy`. */
  type?: TransactionType | undefined;
  /** Where Proof leads the user afterwards; one of the origins that the operator allows. */
  redirect_url?: string | undefined;
  /** The user's own wallet, if Proof has enabled that for the company. */
  address?: string | undefined;
  /** Your own id of the order: 1 to 128 printable characters. From a browser it is a claim. */
  reference?: string | undefined;
  /** Your own strings: at most 50, at most 8192 bytes as JSON. */
  metadata?: Record<string, string> | undefined;
}

/** Proof's answer to a session, unchanged. All fields go to the widget; a page needs `merchant_transaction_id` only. */
export interface Session {
  /** The transaction's id: for `follow`, and for your order. */
  merchant_transaction_id: string;
  widget_id: string;
  address: string;
  signature: string;
  init_token: string;
  init_token_type: string;
  currency?: string | undefined;
  currencies?: string[] | undefined;
  fix_currency?: boolean | undefined;
  network?: string | undefined;
  networks?: string[] | undefined;
  fix_network?: string[] | undefined;
  amount?: string | undefined;
  fix_amount?: boolean | undefined;
  fiat_currency?: string | undefined;
  fiat_currencies?: string[] | undefined;
  fix_fiat_currency?: boolean | undefined;
  fix_fiat_amount?: boolean | undefined;
  type?: TransactionType | undefined;
  lang?: string | undefined;
  theme?: string | undefined;
  redirect_url?: string | undefined;
  /** Proof may add fields. */
  [field: string]: unknown;
}

/** A transaction as its owner sees it. What is not known yet is absent. Amounts are decimal strings; times are in ISO 8601. */
export interface Transaction {
  merchant_transaction_id: string;
  type?: TransactionType | undefined;
  status: Status;
  /** Whether a poll of Proof has confirmed the status. */
  confirmed: boolean;
  /** A status that a webhook claims and that is not accepted yet. */
  reported?: Status | undefined;
  /** 1, plus one for each retry inside the widget. */
  attempt: number;
  currency?: string | undefined;
  network?: string | undefined;
  requested_amount?: string | undefined;
  crypto_amount?: string | undefined;
  fiat_currency?: string | undefined;
  fiat_amount?: string | undefined;
  payment_method?: string | undefined;
  reference?: string | undefined;
  /** `caller`: the user's client named the reference, which is a claim. */
  reference_source?: 'caller' | 'gateway' | undefined;
  metadata?: Record<string, string> | undefined;
  /** The wallet address of Proof's session answer. */
  address?: string | undefined;
  created_at: string;
  updated_at: string;
  /** No further change is expected. */
  settled: boolean;
  /** It stayed unsettled for so long that Rampgate polls it no longer. */
  abandoned: boolean;
  /** Accepted status changes, oldest first; only `GET /transactions/{id}` has them. */
  timeline?: Step[] | undefined;
}

/** One accepted status change. */
export interface Step {
  attempt: number;
  status: Status;
  channel: 'SESSION' | 'WEBHOOK' | 'POLL' | 'SOCKET';
  /** When a webhook first claimed it. */
  reported_at?: string | undefined;
  /** When it happened, by Proof's clock. */
  occurred_at?: string | undefined;
  /** When the observation arrived that was accepted. */
  observed_at: string;
  /** When a poll first confirmed it. */
  confirmed_at?: string | undefined;
  /** It replaced a status that was no longer true, as a retry inside the widget does. */
  correction: boolean;
}

/** Thrown where Rampgate refuses or does not answer; has the fields of the problem answer (RFC 9457). */
export interface Problem extends Error {
  /** The HTTP status; 0 if there is no answer. */
  status: number;
  /** Seconds; 0 if the answer names no time. */
  retryAfter?: number | undefined;
  /** Such as `urn:rampgate:problem:invalid-request`. */
  type?: string | undefined;
  title?: string | undefined;
  detail?: string | undefined;
  errors?: { field: string; detail: string }[] | undefined;
  request_id?: string | undefined;
}

export interface Options {
  /** Where Rampgate is, without a slash at the end. Default: the page's own origin. */
  base?: string | undefined;
  /** The headers that sign a call in, such as `Authorization`. Called for each request, so that it may bring a new token. */
  headers?: (() => Record<string, string> | Promise<Record<string, string>>) | undefined;
}

export interface SessionOptions extends Options {
  /** The same key and order answer the same session again. */
  idempotencyKey?: string | undefined;
}

export interface FollowOptions extends Options {
  /** The ticket of `openSession`. Without it, `follow` fetches one if `headers` is given. */
  ticket?: string | undefined;
  /** Fetches another ticket where no user is signed in. */
  renew?: ((signal?: AbortSignal) => Promise<string>) | undefined;
}

/** Each is called once for each event, in order, even if the connection breaks. */
export interface Listeners {
  /** Once, first: the transaction as it is now. */
  onState?: ((transaction: Transaction) => void) | undefined;
  /** A new status. */
  onTransition?: ((transaction: Transaction) => void) | undefined;
  /** Proof has confirmed the status: the time to show that it is done. */
  onConfirmed?: ((transaction: Transaction) => void) | undefined;
  /** Nothing more is expected: for `failed` and `cancelled` ten minutes later, since the user may try again in the widget. */
  onEnd?: ((transaction: Transaction) => void) | undefined;
  /** A request failed; `follow` goes on, ever more slowly. */
  onProblem?: ((problem: Problem) => void) | undefined;
}

/** What the widget reports of a change. Its `status` is the widget's own, of which Proof documents only `paid`. */
export interface StatusChange {
  amount: string;
  currency: string;
  network: string;
  fiat_amount: string;
  fiat_currency: string;
  merchant_transaction_id: string;
  status: 'paid' | (string & {});
  payment_method: string;
}

export interface SellTransfer {
  /** Crypto to send. */
  amount: string;
  currency: string;
  network: string;
  /** Where to send it. */
  address: string;
  /** The transaction's id. */
  id: string;
  flow_id: string;
}

/** The callbacks of Proof's widget. For information only: a closed tab sends none. The status comes by `follow`. */
export interface WidgetCallbacks {
  onLoad?: (() => void) | undefined;
  /** The widget is visible. */
  onReady?: (() => void) | undefined;
  onStatusChange?: ((change: StatusChange) => void) | undefined;
  /** The payment and the identity check have ended, whatever the outcome. */
  onPaymentFinished?: ((payment: { payment_method: string }) => void) | undefined;
  /** A sell: the deposit address is shown. */
  onSellTransferEnabled?: ((transfer: SellTransfer) => void) | undefined;
}

/** Opens a session. @throws {Problem} */
export function openSession(
  order: Order,
  options?: SessionOptions,
): Promise<{ session: Session; ticket: string | undefined }>;

/**
 * Fetches a ticket, which opens the events of this transaction for five minutes. `follow` does it by itself.
 * @throws {Problem} 404 also if Rampgate has no keys for tickets
 */
export function fetchTicket(id: string, options?: Options & { signal?: AbortSignal | undefined }): Promise<string>;

/** The session's parameters by the names that `proofWidget.run` wants. */
export function widgetParameters(session: Session): Record<string, unknown>;

/**
 * Runs Proof's widget. Resolves when the widget has been started, which is before it is visible.
 * @param host where it is drawn
 * @param script the address of Proof's script
 * @throws {Problem} if the script cannot be loaded; calling again tries again
 */
export function runWidget(
  session: Session,
  host: Element,
  script: string,
  callbacks?: WidgetCallbacks,
): Promise<void>;

/** Follows a transaction, by events and, while none arrive, by reads. @returns a function that stops it */
export function follow(id: string, on: Listeners, options?: FollowOptions): () => void;
