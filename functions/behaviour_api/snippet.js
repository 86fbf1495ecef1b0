// Regulars: tells a shop's pages' views. The key needs the scope events:write only.
(function (w, d, n) {
  var s = d.currentScript, key = s && s.dataset.key, q = [], timer, id;
  var off = n.doNotTrack === "1" || w.doNotTrack === "1" || n.globalPrivacyControl === true;
  var api = s && s.src.replace(/\/snippet\.js.*$/, "");
  if (off || !key) { w.regulars = { track: function () {}, identify: function () {} }; return; }
  function fresh() {
    var a = crypto.getRandomValues(new Uint8Array(16));
    return "web-" + Array.from(a, function (b) { return (b + 256).toString(16).slice(1); }).join("");
  }
  try {
    id = localStorage.getItem("regulars") || fresh();
    localStorage.setItem("regulars", id);
  } catch (e) { id = fresh(); }
  function post(path, body) {
    return fetch(api + path, {
      method: "POST", keepalive: true, credentials: "omit",
      headers: { "content-type": "application/json", "x-api-key": key },
      body: JSON.stringify(body)
    });
  }
  function flush() {
    clearTimeout(timer); timer = 0;
    var some = q.splice(0, 40);
    if (some.length) post("/events", { events: some }).catch(function () {
      q = some.concat(q).slice(-100);
    });
  }
  function track(kind, properties, productId) {
    var e = {
      kind: kind, anonymous_id: id, properties: properties || {},
      url: location.href.slice(0, 2000), user_agent: n.userAgent.slice(0, 1000)
    };
    if (d.referrer) e.referrer = d.referrer.slice(0, 2000);
    if (productId) e.product_id = String(productId);
    q.push(e);
    timer = timer || setTimeout(flush, 2000);
  }
  function view() { track("page_view"); }
  var push = history.pushState;
  history.pushState = function () { push.apply(this, arguments); view(); };
  w.addEventListener("popstate", view);
  w.addEventListener("pagehide", flush);
  w.regulars = {
    track: track,
    identify: function (customer) {
      return post("/customers/" + encodeURIComponent(customer) + "/identify", { anonymous_id: id });
    }
  };
  view();
})(window, document, navigator);
