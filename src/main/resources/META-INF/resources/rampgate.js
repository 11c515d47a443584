// Rampgate in a browser: opens a session, runs Proof's widget with it, and follows the transaction. Apache-2.0.

/**
 * @typedef {object} Options
 * @property {string} [base] where Rampgate is, without a slash at the end; '' for the page's own host
 * @property {() => Record<string, string>} [headers] what each call needs to prove who makes it
 * @property {string} [ticket] of the session's answer, for `follow`
 *
 * @typedef {object} Listeners each is told once for each event, whatever happens to the connection
 * @property {(transaction: object) => void} [onState] where the transaction stands at first
 * @property {(transaction: object) => void} [onTransition] its status changed
 * @property {(transaction: object) => void} [onConfirmed] Rampgate has verified that status with Proof
 * @property {(transaction: object) => void} [onEnd] nothing more is to be expected
 * @property {(problem: Problem) => void} [onProblem] it could not be asked for; tried again by itself
 *
 * @typedef {Error & {status: number, detail?: string, errors?: {field: string, detail: string}[], request_id?: string}} Problem
 */

/** A call. @throws {Problem} for every answer that is neither 2xx nor 304; status 0 if there is none */
async function call(method, path, {base = '', headers} = {}, more, body) {
  const answer = await fetch(base + path, {
    method,
    headers: {...headers?.(), ...(body && {'Content-Type': 'application/json'}), ...more},
    body: body && JSON.stringify(body),
  }).catch(() => {
    throw Object.assign(new Error('No answer'), {status: 0});
  });
  if (answer.ok || answer.status === 304) {
    return answer;
  }
  const problem = await answer.json().catch(() => ({}));
  throw Object.assign(new Error(problem.title ?? `Status ${answer.status}`), problem, {status: answer.status});
}

/**
 * Opens a session.
 * @param {{network: string, currency: string, amount: string, type?: string, redirect_url?: string, address?: string}} order
 * @param {Options & {idempotencyKey?: string}} [options] the same key answers the same session
 * @returns {Promise<{session: object, ticket?: string}>} Proof's answer, and what opens its stream
 */
export async function openSession(order, options = {}) {
  const key = options.idempotencyKey;
  const answer = await call('POST', '/session', options, key && {'Idempotency-Key': key}, order);
  return {session: await answer.json(), ticket: answer.headers.get('Rampgate-Ticket') ?? undefined};
}

/** A session as `proofWidget.run` wants it: camelCase names, every value as it is. @param {object} session */
export function widgetParameters(session) {
  return Object.fromEntries(Object.entries(session)
    .map(([name, value]) => [name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase()), value]));
}

/**
 * Runs Proof's widget.
 * @param {object} session as `openSession` answered it
 * @param {Element} host where it is drawn
 * @param {string} script its address
 * @param {object} [callbacks] the widget's own, such as `onReady`; they are no status
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
 * Follows a transaction: by events, and by asking where they do not come through.
 * @param {string} id
 * @param {Listeners} on
 * @param {Options} [options]
 * @returns {() => void} stops it
 */
export function follow(id, on, options = {}) {
  const path = `/transactions/${encodeURIComponent(id)}`;
  let ticket = options.ticket;
  let seen = 0;
  let failures = 0;
  let stopped = false;
  let source, timer, tag, known;

  const stop = () => {
    stopped = true;
    source?.close();
    clearTimeout(timer);
  };

  // Ids are numbers in order: 2 is a transition, 2.1 its confirmation.
  const tell = (name, at, transaction) => {
    if (stopped) {
      return;
    }
    if (name === 'End') {
      stop();
    } else if (at <= seen) {
      return;
    }
    seen = Math.max(at, seen);
    on[`on${name}`]?.(transaction);
  };

  const listen = () => {
    const query = new URLSearchParams({...(ticket && {ticket}), ...(seen && {last_event_id: seen})});
    source = new EventSource(`${options.base ?? ''}${path}/events?${query}`);
    for (const name of ['State', 'Transition', 'Confirmed', 'End']) {
      source.addEventListener(name.toLowerCase(), ({lastEventId, data}) => {
        failures = 0;
        tell(name, Number(lastEventId), JSON.parse(data));
      });
    }
    // While it is connecting it does so by itself.
    source.onerror = () => source.readyState === EventSource.CLOSED && ask();
  };

  /** The timeline holds the same steps as the events, so that none is told twice. */
  const catchUp = ({timeline, ...now}) => {
    known = now;
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
  };

  const ask = async () => {
    failures++;
    try {
      const answer = await call('GET', path, options, tag && {'If-None-Match': tag});
      if (answer.status === 200) {
        tag = answer.headers.get('ETag');
        catchUp(await answer.json());
      }
      // A stream that is over refuses to open; it is not asked for ever.
      if (known.settled || (failures > 3 && ['completed', 'failed', 'cancelled'].includes(known.status))) {
        tell('End', seen, known);
      } else if (ticket) {
        ticket = (await (await call('POST', `${path}/ticket`, options)).json()).ticket;
      }
    } catch (problem) {
      if (!stopped) {
        on.onProblem?.(problem);
      }
    }
    if (!stopped) {
      timer = setTimeout(window.EventSource ? listen : ask, Math.min(failures, 5) * (750 + 500 * Math.random()));
    }
  };

  if (window.EventSource) {
    listen();
  } else {
    ask();
  }
  return stop;
}
