variable "event" {
  description = "The event host: its name in DNS, its machine as ssh knows it, and what it alone has."
  type = object({
    name            = string                    # such as event.example.kr
    machine         = string                    # such as root@192.0.2.7: a fresh Debian 12
    address         = string                    # from which the auth host sees it come
    machine_id      = optional(string, "")      # changes when the machine is another one at the same address
    certificate     = optional(string, "")      # a file here, with its chain
    key_command     = optional(string, "")      # a command here that prints the key: pass show tls/event
    secret_commands = optional(map(string), {}) # smtp_password = "pass show mail/event"
  })
  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", var.event.name))
    error_message = "event.name is written like event.example.kr."
  }
  validation {
    condition     = (var.event.certificate == "") == (var.event.key_command == "")
    error_message = "event: certificate and key_command, both or none."
  }
}

variable "auth" {
  description = "The auth host, likewise; customers are known by its name, which therefore stays."
  type = object({
    name            = string
    machine         = string
    address         = string
    machine_id      = optional(string, "")
    certificate     = optional(string, "")
    key_command     = optional(string, "")
    secret_commands = optional(map(string), {}) # shop_dsn = "pass show shop/dsn"
  })
  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", var.auth.name))
    error_message = "auth.name is written like auth.example.kr."
  }
  validation {
    condition     = (var.auth.certificate == "") == (var.auth.key_command == "")
    error_message = "auth: certificate and key_command, both or none."
  }
}

variable "packages" {
  description = "The folder with the packages of one version, as make deb leaves them in build/deb."
  type        = string
}

variable "settings" {
  description = "By file and name: { \"notify.conf\" = { smtp_url = \"smtp://mail.example.kr:587\" } }. No secrets."
  type        = map(map(string))
  default     = {}
  validation {
    condition     = alltrue([for file in keys(var.settings) : contains(["auth.conf", "attend.conf", "notify.conf", "notify-auth.conf"], file)])
    error_message = "The files are auth.conf, attend.conf, notify.conf and notify-auth.conf."
  }
  validation {
    condition     = alltrue(flatten([for lines in var.settings : [for name, value in lines : can(regex("^[a-z_]+$", name)) && !can(regex("\n", value))]]))
    error_message = "A setting has a name like smtp_url and a value of one line."
  }
}

variable "acme_mail" {
  description = "An address for Let's Encrypt, if certificates come from there: DNS must lead to the machines before."
  type        = string
  default     = ""
}

variable "firewall" {
  description = "Let in nothing but ssh, 80 and 443 (nftables)."
  type        = bool
  default     = true
}

variable "ssh" {
  description = "How the machines are reached, such as ssh -F FILE."
  type        = string
  default     = "ssh -o BatchMode=yes"
}
