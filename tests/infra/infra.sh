#!/bin/sh
# infra.sh - the modules of infra/ without a machine: written as terraform fmt does, infra/hosts valid, infra/aws by the
# schema of its provider (aws.mjs says why not by terraform validate). tests/package/two_hosts.sh applies infra/hosts.
# Only with MACHINE=1, since the schema is large.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. scripts/lib.sh
[ -n "${MACHINE:-}" ] || finish
[ -d tests/infra/node_modules ] || (cd tests/infra && npm ci --legacy-peer-deps --ignore-scripts --no-audit --no-fund --silent >/dev/null 2>&1) || { echo 'not ok - npm ci'; echo '0 passed, 1 failed'; exit 1; }
schema() { node tests/infra/aws.mjs "$@" infra/aws/variables.tf; }
is 'infra/aws: arguments, blocks, references' "$(schema infra/aws/main.tf)" '37 declared, 0 wrong'
sed 's/instance_type  *=/instance_typ =/; s/cidr_ipv4  *=.*//; s/interval_unit /interval_units /; s/var\.zone$/var.zones/; s/\.public_ip\]/.public_ips]/; s/"aws_ami"/"aws_amo"/' infra/aws/main.tf >"$work/bad.tf"
said=$(schema "$work/bad.tf")
for wrong in 'aws_instance.host: no argument instance_typ' 'create_rule: no argument interval_units' 'var.zones is not declared' \
    'aws_eip.host has no public_ips' 'there is no aws_amo' 'data.aws_ami.debian is not declared'; do has "a mistake is seen: $wrong" "$said" "$wrong"; done
tofu=$(command -v tofu || command -v terraform) || { echo '# neither tofu nor terraform is here: nothing is validated by them'; finish; }
: >"$work/cli"
export TF_CLI_CONFIG_FILE="$work/cli" CHECKPOINT_DISABLE=1 # it asks nobody for a newer one
ok 'written as terraform fmt does' "$tofu" fmt -check -recursive infra
cp -R infra "$work/infra"
(cd "$work/infra/hosts" && "$tofu" init -input=false -no-color && "$tofu" validate -no-color) >"$work/said" 2>&1
has 'infra/hosts is valid, with nothing to download' "$(cat "$work/said")" 'Success! The configuration is valid.'
finish
