// Made by `sillage plan types` from the tracking plan 'Courriel'. Changes belong into the plan.

import Foundation

/// A function for each event of the plan; what it is given sends.
public struct Tracker {
    private let _send: (String, [String: Any]) -> Void

    public init(send: @escaping (String, [String: Any]) -> Void) {
        _send = send
    }

    public enum CampaignSent_Plan: String {
        case free = "free"
        case pro = "pro"
        case business = "business"
    }

    public enum CampaignSent_PlanType: String {
        case free = "free"
        case pro = "pro"
        case business = "business"
    }

    public enum DashboardViewed_PlanType: String {
        case free = "free"
        case pro = "pro"
        case business = "business"
    }

    /// A campaign left for its audience · The server has handed over the last mail
    public func campaignSent(plan: CampaignSent_Plan, recipients: Int, channels: [String]? = nil, planType: CampaignSent_PlanType? = nil, template: String? = nil) {
        var _kept: [String: Any] = [:]
        _kept["plan"] = plan.rawValue
        _kept["recipients"] = recipients
        if let value = channels { _kept["channels"] = value }
        if let value = planType { _kept["plan_type"] = value.rawValue }
        if let value = template { _kept["template"] = value }
        _send("Campaign Sent", _kept)
    }

    /// Nobody asks about it
    @available(*, deprecated, message: "The plan says that this is no longer sent.")
    public func dashboardViewed(planType: DashboardViewed_PlanType? = nil) {
        var _kept: [String: Any] = [:]
        if let value = planType { _kept["plan_type"] = value.rawValue }
        _send("Dashboard Viewed", _kept)
    }
}
