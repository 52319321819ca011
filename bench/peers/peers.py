"""What child.ts does, for the peers of Python: joblib.Memory and diskcache."""
import json
import os
import sys
import time

KEYS = 500
what, name, directory, *rest = sys.argv[1:]


def result(id):
    return {'id': id, 'name': 'a name of some length', 'tags': ['one', 'two'], 'ok': True, 'score': 0.125}


def text(id):
    return f"{id}:{'x' * ((id * 131) % 5000)}"


def work(id, kind):
    return result(id)


def slow(id, kind, log):
    with open(log, 'a') as file:
        file.write('computed\n')
    time.sleep(0.3)
    return result(id)


def long(id, kind):
    return text(id)


def memoize(function, ignore=()):
    if name == 'joblib.Memory':
        import joblib
        return joblib.Memory(directory, verbose=0).cache(function, ignore=list(ignore))
    import diskcache
    return diskcache.Cache(directory).memoize(ignore=set(ignore))(function)


def time_of(times, call):
    began = time.perf_counter()
    for at in range(times):
        call(at)
    return (time.perf_counter() - began) * 1e6 / times


def rendezvous(start):
    sys.stderr.write('ready\n')
    sys.stderr.flush()
    while not os.path.exists(start):
        time.sleep(0.002)


def measure(round):
    round = int(round)
    memoized = memoize(work)
    for id in range(KEYS + 1):
        if round == 0 or id == KEYS:
            memoized(id, 'x')
    first = time_of(KEYS, lambda at: memoized(at, 'x'))
    time_of(50, lambda _: memoized(1, 'x'))
    hit = time_of(300, lambda _: memoized(1, 'x'))
    miss = time_of(200, lambda at: memoized(1_000_000 + round * 1000 + at, 'x'))
    return {'first': first, 'hit': hit, 'miss': miss}


def once(log, start):
    memoized = memoize(slow, ignore=['log'])
    rendezvous(start)
    return memoized(1, 'x', log=log)


def write(start, seed):
    memoized = memoize(long)
    rendezvous(start)
    wrong = 0
    errors = []
    for at in range(400):
        id = (at * 37 + int(seed) * 53) % 100
        try:
            if memoized(id, 'x') != text(id):
                wrong += 1
        except Exception as error:
            errors.append(str(error))
    return {'wrong': wrong, 'thrown': len(errors), 'error': errors[0] if errors else None}


print(json.dumps({'measure': measure, 'once': once, 'write': write}[what](*rest)))
