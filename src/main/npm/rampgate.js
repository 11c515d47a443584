// @ts-nocheck: rampgate.d.ts has the types.
// Rampgate for browsers. What each part does: rampgate.d.ts. Apache-2.0.

// A problem has the status 0 if there is no answer.
async function call(method, path, {base = '', headers, signal} = {}, more, body) {
  const answer = await fetch(base + path, {
    method,
    signal,
    headers: {...await headers?.(), ...(body && {'Content-Type': 'application/json'}), ...more},
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

function pathOf(id) {
  return `/transactions/${encodeURIComponent(id)}`;
}

export async function openSession(order, options = {}) {
  const key = options.idempotencyKey;
  const answer = await call('POST', '/session', options, key && {'Idempotency-Key': key}, order);
  return {session: await answer.json(), ticket: answer.headers.get('Rampgate-Ticket') ?? undefined};
}

export async function fetchTicket(id, options) {
  return (await (await call('POST', `${pathOf(id)}/ticket`, options)).json()).ticket;
}

export function widgetParameters(session) {
  return Object.fromEntries(Object.entries(session)
    .map(([name, value]) => [name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase()), value]));
}

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
  const given = Object.entries(callbacks ?? {}).filter(([, callback]) => callback);
  window.proofWidget.run({...widgetParameters(session), host, ...Object.fromEntries(given)});
}

export function follow(id, on, options = {}) {
  const path = pathOf(id);
  const {headers, renew} = options;
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

  // A stream cannot send headers.
  const mayListen = () => ticket !== undefined || !(headers || renew);

  const isTerminal = () => /completed|failed|cancelled/.test(known?.status);

  const publish = (name, at, transaction) => {
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
    // A reader that brings the last id gets no end.
    const query = new URLSearchParams({...(ticket && {ticket}), ...(seen && {last_event_id: isTerminal() ? 1 : seen})});
    source = new EventSource(`${options.base ?? ''}${path}/events?${query}`);
    for (const name of ['State', 'Transition', 'Confirmed', 'End', 'Heartbeat']) {
      source.addEventListener(name.toLowerCase(), ({lastEventId, data}) => {
        const content = JSON.parse(data);
        interval = content.interval_ms ?? interval;
        rounds = failures = 0;
        later(2 * interval);
        publish(name, Number(lastEventId), content);
      });
    }
    source.onerror = () => {
      refused = source.readyState === 2;
      if (refused && headers) {
        ticket = undefined;
      }
      if (refused && !rounds) {
        later(1000 * Math.random());
      }
    };
  };

  // Steps of the timeline have the ids of events: 2 is a transition, 2.1 its confirmation.
  const catchUp = ({timeline, ...now}) => {
    const last = timeline.length;
    if (!seen) {
      publish('State', Number(timeline[last - 1].confirmed_at ? `${last}.1` : last), now);
    }
    timeline.forEach(({status, attempt, channel, confirmed_at: confirmed}, i) => {
      const then = i === last - 1 ? now : {...now, status, attempt, settled: false};
      publish('Transition', i + 1, {...then, confirmed: channel === 'POLL'});
      if (confirmed) {
        publish('Confirmed', Number(`${i + 1}.1`), {...then, confirmed: true});
      }
    });
    known = now;
  };

  const round = async () => {
    const mine = ++turn;
    // Ever more seldom: 0, 1, 2, 4, 8 ... 64, 128, 192 ...
    let opens = !(rounds & (rounds - 1)) || rounds % 64 === 0;
    // A connection that was kept may be dead.
    const within = {...options, signal: AbortSignal.timeout?.(failures < 2 ? 4000 : 15000)};
    let wait = 4000;
    rounds++;
    later(20000);
    if (opens) {
      source?.close();
    }
    try {
      if (renew && (refused || failures || !ticket)) {
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
        publish('End', seen, known);
      } else if (opens && !renew && (headers || ticket)) {
        ticket = await fetchTicket(id, within).catch((problem) => {
          // Rampgate has no tickets: perhaps a cookie opens the stream.
          if (problem.status !== 404) {
            throw problem;
          }
          return '';
        });
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
      if (opens && mayListen()) {
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

  if (mayListen()) {
    listen();
  }
  later(source ? 4000 : 0);
  return stop;
}
