# Adds up the lines of a statement (docs/books.md), exactly, as the sums of its JSON answer do:
#
#   awk -f statement-sums.awk statement.csv
#
# prints section, month, type, currency, network, fiat currency, status, count, crypto and fiat amount; - for what is not known. Numbers of awk have 15 digits; amounts may have more. So each amount is kept as 22 parts of
# six digits, 11 before the point and 11 after it.
BEGIN { FS = ","; PART = 6; WHOLE = 11; ALL = 22; BASE = 1000000 }

NR > 1 {
    key = $1 " " $3 " " known($14) " " known($15) " " known($16) " " known($17) " " $5
    if (!(key in count)) { order[++keys] = key }
    count[key] += $7
    add(key, "crypto", $8)
    add(key, "fiat", $9)
}

function known(text) { return text == "" ? "-" : text }

function add(key, what, amount,    sign, point, whole, fraction, i) {
    if (amount == "") { return }
    sign = 1
    if (substr(amount, 1, 1) == "-") { sign = -1; amount = substr(amount, 2) }
    point = index(amount, ".")
    whole = point ? substr(amount, 1, point - 1) : amount
    fraction = point ? substr(amount, point + 1) : ""
    while (length(whole) < WHOLE * PART) { whole = "0" whole }
    while (length(fraction) < (ALL - WHOLE) * PART) { fraction = fraction "0" }
    whole = whole fraction
    for (i = 1; i <= ALL; i++) { sum[key, what, i] += sign * substr(whole, (i - 1) * PART + 1, PART) }
}

function total(key, what,    sign, text, i) {
    sign = 1
    if (carried(key, what, 1) < 0) { sign = -1; carried(key, what, -1) }
    text = ""
    for (i = 1; i <= ALL; i++) {
        text = text sprintf("%06d", digits[i])
        if (i == WHOLE) { text = text "." }
    }
    sub(/^0+/, "", text)
    sub(/0+$/, "", text)
    sub(/\.$/, "", text)
    if (text == "" || substr(text, 1, 1) == ".") { text = "0" text }
    return (sign < 0 ? "-" : "") text
}

# The digits of the sum, times the sign; less than 0 if it is negative.
function carried(key, what, sign,    i, value, carry) {
    carry = 0
    for (i = ALL; i >= 1; i--) {
        value = sign * sum[key, what, i] + carry
        carry = int(value / BASE)
        value -= carry * BASE
        if (value < 0) { value += BASE; carry -= 1 }
        digits[i] = value
    }
    return carry
}

END { for (k = 1; k <= keys; k++) { key = order[k]; print key, count[key], total(key, "crypto"), total(key, "fiat") } }
