"""Called by openapi.sh."""
import base64, json, os, re, subprocess, sys, urllib.error, urllib.parse, urllib.request
import jsonschema, yaml

env = os.environ
spec = yaml.safe_load(open('docs/openapi.yaml', encoding='utf-8'))
passed = failed = 0


def ok(name, good, why=''):
    global passed, failed
    print(('ok - ' if good else 'not ok - ') + name)
    if good:
        passed += 1
    else:
        failed += 1
        print('#   ' + str(why)[:600])


def call(base, method, path, token=None, body=None, headers=None):
    # The names end in .localhost: their address is the loopback one.
    url = urllib.parse.urlsplit(base)
    request = urllib.request.Request(f'http://127.0.0.1:{url.port}{path}', method=method)
    request.add_header('Host', url.netloc)
    if token:
        request.add_header('Authorization', 'Bearer ' + token)
    if isinstance(body, (dict, list)):
        request.add_header('Content-Type', 'application/json')
        request.data = json.dumps(body).encode()
    elif body is not None:
        request.data = body
    for name, value in (headers or {}).items():
        request.add_header(name, value)
    try:
        answer = urllib.request.urlopen(request, timeout=30)
    except urllib.error.HTTPError as error:
        answer = error
    return answer.status, answer.headers, answer.read()


def check(name, base, method, path, template, want, **more):
    status, headers, body = call(base, method, path, **more)
    name = f'{method} {path} {name}: {want}'
    if status != want:
        return ok(name, False, f'{status} {body[:300]}')
    operation = spec['paths'][template][method.lower()]
    answer = operation['responses'].get(str(status))
    if answer is None:
        return ok(name, False, 'this status is not in the file')
    if '$ref' in answer:
        answer = spec['components']['responses'][answer['$ref'].split('/')[-1]]
    kind = headers['Content-Type'].split(';')[0]
    if kind not in answer['content']:
        return ok(name, False, f'content type {kind}')
    if int(headers['Content-Length']) != len(body):
        return ok(name, False, 'Content-Length')
    if 'json' in kind:
        try:
            schema = {**answer['content'][kind]['schema'], 'components': spec['components']}
            jsonschema.Draft202012Validator(schema).validate(json.loads(body))
        except jsonschema.ValidationError as error:
            return ok(name, False, f'{error.message} at {list(error.absolute_path)}: {body[:300]}')
    ok(name, True)


# The same routes.
named = {(m.upper(), p) for p, ms in spec['paths'].items() for m in ms
         if p.startswith('/v1/') and m != 'servers'}
real = set()
for program in ('chulcheck-attend', 'chulcheck-auth'):
    for line in subprocess.run([f'{env["BIN"]}/{program}', '--routes'], capture_output=True, text=True, check=True).stdout.splitlines():
        method, path, kind, _ = line.split()
        if kind == 'API' or path.startswith('/v1/'):
            real.add((method, path))
ok('the file names the routes that there are', named == real, f'{named ^ real}')

event, auth = env['EVENT_URL'], env['AUTH_URL']


def token(email, password):
    return json.loads(call(auth, 'POST', '/v1/sign-in', body={'email': email, 'password': password})[2])


tokens = token(env['CUSTOMER_EMAIL'], env['CUSTOMER_PASSWORD'])
me, newcomer = tokens['access_token'], token(env['NEWCOMER_EMAIL'], env['NEWCOMER_PASSWORD'])['access_token']
basic = base64.b64encode(f'{env["SHOP_CLIENT_ID"]}:{env["SHOP_CLIENT_SECRET"]}'.encode()).decode()
shop = json.loads(call(auth, 'POST', '/token', body=b'grant_type=client_credentials&scope=verifications',
                       headers={'Authorization': 'Basic ' + basic, 'Content-Type': 'application/x-www-form-urlencoded'})[2])['access_token']

first = call(event, 'POST', '/v1/check-ins', token=me)[0]
ok('first check-in', first in (200, 201), first)
check('again', event, 'POST', '/v1/check-ins', '/v1/check-ins', 200, token=me)
check('nobody', event, 'POST', '/v1/check-ins', '/v1/check-ins', 401)
check('newcomer', event, 'POST', '/v1/check-ins', '/v1/check-ins', 403, token=newcomer)
check('unknown campaign', event, 'POST', '/v1/check-ins', '/v1/check-ins', 404, token=me, body={'campaign': 'x'})
check('bad', event, 'POST', '/v1/check-ins', '/v1/check-ins', 400, token=me, body={'x': 1})
check('type', event, 'POST', '/v1/check-ins', '/v1/check-ins', 415, token=me, body=b'x', headers={'Content-Type': 'text/plain'})
for path in ('/v1/attendance', '/v1/rewards', '/v1/rewards/status', '/v1/grants'):
    check('mine', event, 'GET', path, path, 200, token=me)
    check('of a newcomer', event, 'GET', path, path, 200, token=newcomer)
    check('nobody', event, 'GET', path, path, 401)
check('bad', event, 'GET', '/v1/attendance?from=x', '/v1/attendance', 400, token=me)
check('bad', event, 'GET', '/v1/grants?limit=x', '/v1/grants', 400, token=me)
grant = json.loads(call(event, 'GET', '/v1/grants', token=me)[2])['grants'][0]['grant']
check('mine', event, 'POST', f'/v1/grants/{grant}/claim', '/v1/grants/{id}/claim', 200, token=me)
check('not mine', event, 'POST', f'/v1/grants/{grant}/claim', '/v1/grants/{id}/claim', 404, token=newcomer)
check('bad', event, 'POST', '/v1/grants/x/claim', '/v1/grants/{id}/claim', 400, token=me)
check('', event, 'GET', '/healthz', '/healthz', 200)
check('', event, 'GET', '/readyz', '/readyz', 200)
check('', auth, 'POST', '/v1/sign-in', '/v1/sign-in', 200, body={'email': env['CUSTOMER_EMAIL'], 'password': env['CUSTOMER_PASSWORD']})
check('wrong', auth, 'POST', '/v1/sign-in', '/v1/sign-in', 401, body={'email': env['CUSTOMER_EMAIL'], 'password': 'not the password'})
check('bad', auth, 'POST', '/v1/sign-in', '/v1/sign-in', 400, body={})
check('', auth, 'POST', '/v1/refresh', '/v1/refresh', 200, body={'refresh_token': tokens['refresh_token']})
check('wrong', auth, 'POST', '/v1/refresh', '/v1/refresh', 401, body={'refresh_token': 'x' * 43})
check('mine', auth, 'GET', '/v1/purchases', '/v1/purchases', 200, token=me)
check('page', auth, 'GET', '/v1/purchases?limit=1&offset=1', '/v1/purchases', 200, token=me)
check('nobody', auth, 'GET', '/v1/purchases', '/v1/purchases', 401)
check('mine', auth, 'GET', '/v1/standing', '/v1/standing', 200, token=me)
check('of a newcomer', auth, 'GET', '/v1/standing', '/v1/standing', 200, token=newcomer)
check('nobody', auth, 'GET', '/v1/standing', '/v1/standing', 401)
check('no token', auth, 'GET', '/v1/standing', '/v1/standing', 401, token='x.y.z')
check('a server', auth, 'GET', '/v1/standing', '/v1/standing', 403, token=shop)
check('bad', auth, 'GET', '/v1/standing?email=x', '/v1/standing', 400, token=me)
check('', auth, 'POST', '/v1/verifications', '/v1/verifications', 200, token=shop, body={'email': env['CUSTOMER_EMAIL']})
check('none', auth, 'POST', '/v1/verifications', '/v1/verifications', 404, token=shop, body={'email': env['NEWCOMER_EMAIL']})
check('a customer', auth, 'POST', '/v1/verifications', '/v1/verifications', 403, token=me, body={'email': env['NEWCOMER_EMAIL']})
check('nobody', auth, 'POST', '/v1/verifications', '/v1/verifications', 401, body={'email': env['NEWCOMER_EMAIL']})
# The provider's protocol endpoints.
check('', auth, 'GET', '/.well-known/openid-configuration', '/.well-known/openid-configuration', 200)
check('', auth, 'GET', '/jwks.json', '/jwks.json', 200)
form = {'Content-Type': 'application/x-www-form-urlencoded'}
check('server', auth, 'POST', '/token', '/token', 200, body=b'grant_type=client_credentials', headers={'Authorization': 'Basic ' + basic, **form})
check('no grant', auth, 'POST', '/token', '/token', 400, body=b'client_id=chulcheck-app', headers=form)
check('no client', auth, 'POST', '/token', '/token', 401, body=b'grant_type=refresh_token', headers=form)
check('two proofs', auth, 'POST', '/token', '/token', 400, body=b'client_assertion=x', headers={'Authorization': 'Basic ' + basic, **form})
check('', auth, 'POST', '/revoke', '/revoke', 200, body=b'token=x&client_id=chulcheck-app', headers=form)
check('nothing', auth, 'POST', '/revoke', '/revoke', 400, body=b'client_id=chulcheck-app', headers=form)
check('no client', auth, 'POST', '/revoke', '/revoke', 401, body=b'token=x', headers=form)
for method in ('GET', 'POST'):
    check('mine', auth, method, '/userinfo', '/userinfo', 200, token=me)
    check('nobody', auth, method, '/userinfo', '/userinfo', 401)
    check('no token', auth, method, '/userinfo', '/userinfo', 401, token='x.y.z')
    check('a server', auth, method, '/userinfo', '/userinfo', 403, token=shop)
check('nobody', auth, 'GET', '/authorize', '/authorize', 400, headers={'Accept': 'text/html'})
check('type', auth, 'POST', '/authorize', '/authorize', 415, body=b'x', headers={'Content-Type': 'text/plain'})
check('twice', auth, 'POST', '/authorize', '/authorize', 400, body=b'state=a&state=b', headers=form)
check('too long', auth, 'POST', '/authorize', '/authorize', 413, body=b'redirect_uri=' + b'%EA%B0%80' * 900, headers=form)
check('form token', auth, 'POST', '/sign-out', '/sign-out', 403, body=b'csrf=x', headers=form)
check('twice', auth, 'POST', '/sign-out', '/sign-out', 400, body=b'state=a&state=b', headers=form)
check('type', auth, 'POST', '/sign-out', '/sign-out', 415, body=b'x', headers={'Content-Type': 'text/plain'})
print(f'{passed} passed, {failed} failed')
sys.exit(failed != 0)
