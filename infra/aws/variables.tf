variable "region" {
  description = "Seoul, unless said otherwise."
  type        = string
  default     = "ap-northeast-2"
}

variable "zone" {
  description = "The zone in Route 53 that has both names, such as example.kr."
  type        = string
}

variable "event_name" {
  description = "Such as event.example.kr."
  type        = string
}

variable "auth_name" {
  description = "Such as auth.example.kr."
  type        = string
}

variable "mail_domain" {
  description = "From which mails come; it is in the zone, too."
  type        = string
}

variable "smtp_user" {
  description = "The user of SES's SMTP; its password is the secret chulcheck/smtp_password."
  type        = string
}

variable "shop" {
  description = "Is the shop's database connected? Then the secret chulcheck/shop_dsn has its connection string."
  type        = bool
  default     = false
}

variable "acme_mail" {
  description = "An address for Let's Encrypt."
  type        = string
}

variable "packages" {
  description = "The folder with the packages of one version."
  type        = string
}

variable "ssh_public_key" {
  description = "Whose private half is in the agent or named by var.ssh."
  type        = string
}

variable "ssh_from" {
  description = "From where ssh is let in, such as 198.51.100.7/32."
  type        = string
}

variable "ssh" {
  description = "How the machines are reached."
  type        = string
  default     = "ssh -o BatchMode=yes -o StrictHostKeyChecking=accept-new"
}

variable "instance_type" {
  description = "Two processors and 4 GiB: docs/operate/sizing.md."
  type        = string
  default     = "t3.medium"
}

variable "disk_gb" {
  description = "Of each machine."
  type        = number
  default     = 30
}
