output "dns" {
  description = "What DNS must say."
  value = [
    for host in [var.event, var.auth] :
    "${host.name}. ${strcontains(host.address, ":") ? "AAAA" : "A"} ${host.address}"
  ]
}

output "addresses" {
  description = "Where customers go, and where staff sign up."
  value = {
    event   = "https://${var.event.name}/"
    sign_up = "https://${var.auth.name}/sign-up"
    staff   = "https://${var.event.name}/admin"
  }
}
