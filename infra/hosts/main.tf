# Two machines of one's own, or of any cloud, from a fresh Debian 12 to a running event: packages, settings, secrets,
# names, certificates, firewall, backups. Each is set up by scripts/host over ssh, which can be run by hand too; no
# provider has to be downloaded, and no secret comes into the state. How to use it: docs/operate/terraform.md.
terraform {
  required_version = ">= 1.5"
}

locals {
  # By bash, with values in the environment: none of them is part of a command line of the shell.
  host = <<-C
    "$SCRIPTS/host" --role "$ROLE" --event "$EVENT" --auth "$AUTH" --packages "$PACKAGES" --ssh "$SSH" \
        --settings <(printf '%s\n' "$SETTINGS") --secrets <(printf '%s\n' "$SECRETS") \
        $${CERTIFICATE:+--certificate "$CERTIFICATE" --key "$KEY"} $${ACME:+--acme "$ACME"} $${FIREWALL:+--firewall} \
        $${AUTH_MACHINE:+--auth-machine "$AUTH_MACHINE"} $${ADDRESS:+--address "$ADDRESS"} "$MACHINE"
  C
  common = {
    SCRIPTS  = abspath("${path.module}/../../scripts")
    EVENT    = var.event.name
    AUTH     = var.auth.name
    PACKAGES = abspath(var.packages)
    SSH      = var.ssh
    ACME     = var.acme_mail
    FIREWALL = var.firewall ? "yes" : ""
    SETTINGS = join("\n", flatten([
      for file, lines in var.settings : [for name, value in lines : "${file} ${name} = ${value}"]
    ]))
  }
  auth = merge(local.common, {
    ROLE         = "auth"
    MACHINE      = var.auth.machine
    AUTH_MACHINE = ""
    ADDRESS      = ""
    CERTIFICATE  = var.auth.certificate == "" ? "" : abspath(var.auth.certificate)
    KEY          = var.auth.key_command
    SECRETS      = join("\n", [for name, command in var.auth.secret_commands : "${name} ${command}"])
  })
  event = merge(local.common, {
    ROLE         = "attend"
    MACHINE      = var.event.machine
    AUTH_MACHINE = var.auth.machine
    ADDRESS      = var.event.address
    CERTIFICATE  = var.event.certificate == "" ? "" : abspath(var.event.certificate)
    KEY          = var.event.key_command
    SECRETS      = join("\n", [for name, command in var.event.secret_commands : "${name} ${command}"])
  })
  # What brings a machine up to date again: other packages, another certificate.
  packages = [for file in fileset(var.packages, "chulcheck-*.deb") : filesha256("${var.packages}/${file}")]
}

resource "terraform_data" "auth" {
  triggers_replace = [local.auth, local.packages, var.auth.machine_id, var.auth.certificate == "" ? "" : filesha256(var.auth.certificate)]
  lifecycle {
    precondition {
      condition     = length(local.packages) >= 3
      error_message = "There are no packages in var.packages: make deb leaves them in build/deb."
    }
  }
  provisioner "local-exec" {
    quiet       = true
    interpreter = ["/bin/bash", "-euc"]
    environment = local.auth
    command     = local.host
  }
}

# The event host is a client of the auth host, which is therefore there first; of a new one it becomes a client anew.
resource "terraform_data" "event" {
  depends_on       = [terraform_data.auth]
  triggers_replace = [local.event, local.packages, var.event.machine_id, terraform_data.auth.id, var.event.certificate == "" ? "" : filesha256(var.event.certificate)]
  provisioner "local-exec" {
    quiet       = true
    interpreter = ["/bin/bash", "-euc"]
    environment = local.event
    command     = local.host
  }
}
