// Rampgate for browsers. Apache-2.0.

/**
 * @typedef {object} Options
 * @property {string} [base] where Rampgate is
 * @property {() => Record<string, string>} [headers] that sign a call in
 * @property {string} [ticket] of the session's answer
 * @property {(signal: AbortSignal) => Promise<string>} [renew] another ticket, where nobody is signed in
 *
 * @typedef {object} Listeners each is called once for each event
 * @property {(transaction: object) => void} [onState] at first
 * @property {(transaction: object) => void} [onTransition] a new status
 * @property {(transaction: object) => void} [onConfirmed] Proof has confirmed it
 * @property {(transaction: object) => void} [onEnd] nothing more is expected
 * @property {(problem: Problem) => void} [onProblem] tried again, ever more slowly
 *
 * @typedef {Error & {status: number, retryAfter?: number, detail?: string, errors?: {field: string, detail: string}[], request_id?: string}} Problem
 */

/** @throws {Problem} with status 0 if there is no answer */
async function call(method, path, {base = '', headers, signal} = {}, more, body) {
  const answer = await fetch(base + path, {
    method,
    signal,
    headers: {...headers?.(), ...(body && {'Content-Type': 'application/json'}), ...more},
    body: body && JSON.stringify(body),
  }).catch(() => {
    throw Object.assign(new Error('No answer'), {status: 0});
  });
  if (answer.ok || answer.status === 304) {
    return answer;
  }
  const problem = await answer.json().catch(() => ({}));
  throw Object.assign(new Error(problem.title ?? `Status ${answer.status}`), problem, {
    status: answer.status,
    retryAfter: Number(answer.headers.get('Retry-After')),
  });
}

/**
 * Opens a session.
 * @param {{network: string, currency: string, amount: string, type?: string, redirect_url?: string, address?: string, reference?: string, metadata?: Record<string, string>}} order
 * @param {Options & {idempotencyKey?: string}} [options] the same key answers the same session
 * @returns {Promise<{session: object, ticket?: string}>}
 */
export async function openSession(order, options = {}) {
  const key = options.idempotencyKey;
  const answer = await call('POST', '/session', options, key && {'Idempotency-Key': key}, order);
  return {session: await answer.json(), ticket: answer.headers.get('Rampgate-Ticket') ?? undefined};
}

/** A session as `proofWidget.run` wants it. @param {object} session */
export function widgetParameters(session) {
  return Object.fromEntries(Object.entries(session)
    .map(([name, value]) => [name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase()), value]));
}

/**
 * Runs Proof's widget.
 * @param {object} session
 * @param {Element} host
 * @param {string} script its address
 * @param {object} [callbacks] the widget's own; they are no status
 */
export async function runWidget(session, host, script, callbacks) {
  if (!window.proofWidget) {
    await new Promise((resolve, reject) => {
      const element = document.createElement('script');
      element.onload = resolve;
      element.onerror = () => {
        element.remove();
        reject(Object.assign(new Error('The widget could not be loaded'), {status: 0, detail: `Nothing answers at ${script}.`}));
      };
      element.src = script;
      document.head.append(element);
    });
  }
  window.proofWidget.run({...widgetParameters(session), host, ...callbacks});
}

/**
 * Follows a transaction: by events, and by polls while none come.
 * @param {string} id
 * @param {Listeners} on
 * @param {Options} [options]
 * @returns {() => void} stops it
 */
export function follow(id, on, options = {}) {
  const path = `/transactions/${encodeURIComponent(id)}`;
  const {renew} = options;
  const stopped = new AbortController();
  let {ticket} = options;
  let interval = 20000;
  let seen = 0;
  let rounds = 0;
  let failures = 0;
  let notBefore = 0;
  let turn = 0;
  let changed, refused, source, timer, tag, known;

  const stop = () => {
    stopped.abort();
    turn = -1;
    source?.close();
    clearTimeout(timer);
  };

  const later = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(round, wait);
  };

  const isTerminal = () => /completed|failed|cancelled/.test(known?.status);

  const tell = (name, at, transaction) => {
    if (stopped.signal.aborted) {
      return;
    }
    if (name === 'End') {
      stop();
    } else if (at <= seen) {
      return;
    }
    seen = Math.max(at, seen);
    known = transaction;
    changed = Date.now();
    on[`on${name}`]?.(transaction);
  };

  const listen = () => {
    if (!window.EventSource) {
      return;
    }
    refused = false;
    // Who brings the last id is not told of the end.
    const query = new URLSearchParams({...(ticket && {ticket}), ...(seen && {last_event_id: isTerminal() ? 1 : seen})});
    source = new EventSource(`${options.base ?? ''}${path}/events?${query}`);
    for (const name of ['State', 'Transition', 'Confirmed', 'End', 'Heartbeat']) {
      source.addEventListener(name.toLowerCase(), ({lastEventId, data}) => {
        const content = JSON.parse(data);
        interval = content.interval_ms ?? interval;
        rounds = failures = 0;
        later(2 * interval);
        tell(name, Number(lastEventId), content);
      });
    }
    source.onerror = () => {
      refused = source.readyState === 2;
      if (refused && !rounds) {
        later(1000 * Math.random());
      }
    };
  };

  // Steps of the timeline have the ids of events: 2 is a transition, 2.1 its confirmation.
  const catchUp = ({timeline, ...now}) => {
    const last = timeline.length;
    if (!seen) {
      tell('State', Number(timeline[last - 1].confirmed_at ? `${last}.1` : last), now);
    }
    timeline.forEach(({status, attempt, channel, confirmed_at: confirmed}, i) => {
      const then = i === last - 1 ? now : {...now, status, attempt, settled: false};
      tell('Transition', i + 1, {...then, confirmed: channel === 'POLL'});
      if (confirmed) {
        tell('Confirmed', Number(`${i + 1}.1`), {...then, confirmed: true});
      }
    });
    known = now;
  };

  const round = async () => {
    const mine = ++turn;
    let opens = rounds < 3 || rounds % 8 === 0;
    // A connection that was kept may be dead.
    const within = {...options, signal: AbortSignal.timeout?.(failures < 2 ? 4000 : 15000)};
    let wait = 4000;
    rounds++;
    later(20000);
    if (opens) {
      source?.close();
    }
    try {
      if (renew && (refused || failures)) {
        ticket = await renew(within.signal);
      }
      const answer = await call('GET', renew ? `${path}/events?ticket=${ticket}` : path, within,
        {Accept: 'application/json', ...(tag && {'If-None-Match': tag})});
      if (answer.status === 200) {
        catchUp(await answer.json());
        tag = answer.headers.get('ETag');
      }
      failures = notBefore = 0;
      if (known.settled || (isTerminal() && Date.now() > changed + 900000)) {
        tell('End', seen, known);
      } else if (!renew && ticket && refused && opens) {
        ticket = (await (await call('POST', `${path}/ticket`, within)).json()).ticket;
      }
    } catch (problem) {
      if (mine !== turn) {
        return;
      }
      wait = Math.max(500 * 2 ** Math.min(++failures, 7), 1000 * Math.min(problem.retryAfter || 0, 3600));
      notBefore = problem.status ? Date.now() + wait : 0;
      opens = opens && !problem.retryAfter;
      on.onProblem?.(problem);
    }
    if (mine === turn && rounds) {
      if (opens) {
        listen();
      }
      later(wait * (1 + Math.random() / 2));
    }
  };

  const resync = ({type, persisted}) => {
    if ((persisted ?? (type === 'online' || !document.hidden)) && Date.now() >= notBefore) {
      source?.close();
      rounds = 0;
      round();
    }
  };
  for (const type of ['online', 'pageshow', 'visibilitychange']) {
    addEventListener(type, resync, {signal: stopped.signal});
  }

  listen();
  later(source ? 4000 : 0);
  return stop;
}
