// Made by `sillage plan types` from the tracking plan 'Courriel'. Changes belong into the plan.

/** A function for each event of the plan; what it is given sends. */
class Tracker(private val _send: (String, Map<String, Any>) -> Unit) {
    enum class CampaignSent_Plan(val value: String) { FREE("free"), PRO("pro"), BUSINESS("business") }
    enum class CampaignSent_PlanType(val value: String) { FREE("free"), PRO("pro"), BUSINESS("business") }
    enum class DashboardViewed_PlanType(val value: String) { FREE("free"), PRO("pro"), BUSINESS("business") }

    /** A campaign left for its audience · The server has handed over the last mail */
    fun campaignSent(plan: CampaignSent_Plan, recipients: Long, channels: List<String>? = null, planType: CampaignSent_PlanType? = null, template: String? = null) {
        _track("Campaign Sent", mapOf<String, Any?>("plan" to plan.value, "recipients" to recipients, "channels" to channels, "plan_type" to planType?.value, "template" to template))
    }

    /** Nobody asks about it */
    @Deprecated("The plan says that this is no longer sent.")
    fun dashboardViewed(planType: DashboardViewed_PlanType? = null) {
        _track("Dashboard Viewed", mapOf<String, Any?>("plan_type" to planType?.value))
    }

    private fun _track(event: String, properties: Map<String, Any?>) {
        val kept = mutableMapOf<String, Any>()
        for ((name, value) in properties) if (value != null) kept[name] = value
        _send(event, kept)
    }
}
