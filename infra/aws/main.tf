# NOT APPLIED: nobody has run this module against AWS yet. Its arguments, blocks and references are held against the
# provider's schema (tests/infra), no more. Read the plan before you trust it; what it costs is yours to find out.
#
# Two machines in a network of their own, with addresses that stay, encrypted disks that are copied daily, names in
# Route 53, a mail domain in SES; then infra/hosts makes them the two hosts. Secrets stay in Secrets Manager, from
# where the aws command fetches them while a machine is set up: none comes into the state.
terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

provider "aws" {
  region = var.region
  default_tags {
    tags = { product = "chulcheck" }
  }
}

locals {
  hosts = { event = var.event_name, auth = var.auth_name }
}

resource "aws_vpc" "this" {
  cidr_block           = "10.84.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
}

resource "aws_subnet" "this" {
  vpc_id     = aws_vpc.this.id
  cidr_block = "10.84.1.0/24"
}

resource "aws_route_table" "this" {
  vpc_id = aws_vpc.this.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.this.id
  }
}

resource "aws_route_table_association" "this" {
  subnet_id      = aws_subnet.this.id
  route_table_id = aws_route_table.this.id
}

resource "aws_security_group" "this" {
  name        = "chulcheck"
  description = "Customers by 80 and 443, staff of the machine by ssh"
  vpc_id      = aws_vpc.this.id
}

resource "aws_vpc_security_group_ingress_rule" "web" {
  for_each          = toset(["80", "443"])
  security_group_id = aws_security_group.this.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value
}

resource "aws_vpc_security_group_ingress_rule" "ssh" {
  security_group_id = aws_security_group.this.id
  cidr_ipv4         = var.ssh_from
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
}

resource "aws_vpc_security_group_egress_rule" "all" {
  security_group_id = aws_security_group.this.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}

# Debian's own images.
data "aws_ami" "debian" {
  owners      = ["136693071363"]
  most_recent = true
  filter {
    name   = "name"
    values = ["debian-12-amd64-*"]
  }
}

resource "aws_key_pair" "this" {
  key_name   = "chulcheck"
  public_key = var.ssh_public_key
}

resource "aws_instance" "host" {
  for_each               = local.hosts
  ami                    = data.aws_ami.debian.id
  instance_type          = var.instance_type
  subnet_id              = aws_subnet.this.id
  vpc_security_group_ids = [aws_security_group.this.id]
  key_name               = aws_key_pair.this.key_name
  tags                   = { Name = each.value, backup = "daily" }
  volume_tags            = { Name = each.value, backup = "daily" }
  # scripts/host comes as root.
  user_data = <<-U
    #cloud-config
    disable_root: false
  U
  metadata_options {
    http_tokens = "required"
  }
  root_block_device {
    volume_type           = "gp3"
    volume_size           = var.disk_gb
    encrypted             = true
    delete_on_termination = false
  }
  lifecycle {
    ignore_changes = [ami] # a newer image is no reason to lose a machine
  }
}

resource "aws_eip" "host" {
  for_each = local.hosts
  domain   = "vpc"
  instance = aws_instance.host[each.key].id
}

data "aws_route53_zone" "this" {
  name = var.zone
}

resource "aws_route53_record" "host" {
  for_each = local.hosts
  zone_id  = data.aws_route53_zone.this.zone_id
  name     = each.value
  type     = "A"
  ttl      = 300
  records  = [aws_eip.host[each.key].public_ip]
}

# Copies of the disks, beside the backups on them.
resource "aws_iam_role" "snapshots" {
  name = "chulcheck-snapshots"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "dlm.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy_attachment" "snapshots" {
  role       = aws_iam_role.snapshots.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSDataLifecycleManagerServiceRole"
}

resource "aws_dlm_lifecycle_policy" "snapshots" {
  description        = "chulcheck daily"
  execution_role_arn = aws_iam_role.snapshots.arn
  policy_details {
    resource_types = ["VOLUME"]
    target_tags    = { backup = "daily" }
    schedule {
      name = "daily"
      create_rule {
        interval      = 24
        interval_unit = "HOURS"
        times         = ["18:30"] # UTC
      }
      retain_rule {
        count = 14
      }
    }
  }
}

# Mail: the domain proves itself by DKIM. The user and password of SES's SMTP are made by hand and kept as a secret.
resource "aws_ses_domain_identity" "this" {
  domain = var.mail_domain
}

resource "aws_ses_domain_dkim" "this" {
  domain = aws_ses_domain_identity.this.domain
}

resource "aws_route53_record" "dkim" {
  count   = 3
  zone_id = data.aws_route53_zone.this.zone_id
  name    = "${aws_ses_domain_dkim.this.dkim_tokens[count.index]}._domainkey.${var.mail_domain}"
  type    = "CNAME"
  ttl     = 3600
  records = ["${aws_ses_domain_dkim.this.dkim_tokens[count.index]}.dkim.amazonses.com"]
}

# The secrets themselves are put in by hand: aws secretsmanager put-secret-value.
resource "aws_secretsmanager_secret" "this" {
  for_each = toset(["smtp_password", "shop_dsn"])
  name     = "chulcheck/${each.value}"
}

locals {
  secret = { for name, s in aws_secretsmanager_secret.this :
    name => "aws --region ${var.region} secretsmanager get-secret-value --secret-id ${s.name} --query SecretString --output text"
  }
  relay = {
    smtp_url      = "smtp://email-smtp.${var.region}.amazonaws.com:587"
    smtp_tls      = "require"
    smtp_user     = var.smtp_user
    smtp_password = "smtp_password"
    mail_from     = "event@${var.mail_domain}"
  }
}

# Machines take a while until they let ssh in, and DNS until Let's Encrypt sees it.
resource "terraform_data" "reachable" {
  for_each         = local.hosts
  triggers_replace = [aws_instance.host[each.key].id]
  depends_on       = [aws_route53_record.host, aws_vpc_security_group_ingress_rule.ssh]
  provisioner "local-exec" {
    interpreter = ["/bin/bash", "-euc"]
    environment = { SSH = var.ssh, MACHINE = "root@${aws_eip.host[each.key].public_ip}" }
    command     = "for i in {1..60}; do $SSH \"$MACHINE\" true && exit; sleep 5; done; exit 1"
  }
}

module "hosts" {
  source     = "../hosts"
  depends_on = [terraform_data.reachable]
  packages   = var.packages
  ssh        = var.ssh
  acme_mail  = var.acme_mail
  settings = {
    "notify.conf"      = local.relay
    "notify-auth.conf" = local.relay
    "auth.conf"        = var.shop ? { shop_dsn = "shop_dsn" } : {}
  }
  event = {
    name            = var.event_name
    machine         = "root@${aws_eip.host["event"].public_ip}"
    address         = aws_eip.host["event"].public_ip
    machine_id      = aws_instance.host["event"].id
    secret_commands = { smtp_password = local.secret["smtp_password"] }
  }
  auth = {
    name       = var.auth_name
    machine    = "root@${aws_eip.host["auth"].public_ip}"
    address    = aws_eip.host["auth"].public_ip
    machine_id = aws_instance.host["auth"].id
    secret_commands = merge({ smtp_password = local.secret["smtp_password"] },
    var.shop ? { shop_dsn = local.secret["shop_dsn"] } : {})
  }
}

output "addresses" {
  value = module.hosts.addresses
}
